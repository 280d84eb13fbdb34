// Timers that set two timers.
(function again() { setTimeout(again, 1); setTimeout(again, 1); })();
