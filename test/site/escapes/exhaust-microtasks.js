// Endless microtasks.
(function again() { Promise.resolve().then(again); })();
