// Endless ticks.
(function again() { process.nextTick(again); })();
