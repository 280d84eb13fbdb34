// … in a replacement, in a timer.
setTimeout(() => '\u0000'.padEnd(50000, 'x').replace(/(x+x+)+y/g, ''), 1);
