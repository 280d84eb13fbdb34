// An endless loop that begins in a timer.
setTimeout(() => { for (;;); }, 100);
