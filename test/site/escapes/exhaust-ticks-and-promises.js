// Ticks that make promises that make ticks.
(function again() { process.nextTick(() => Promise.resolve().then(again)); })();
