// Endless immediates.
(function again() { setImmediate(again); })();
