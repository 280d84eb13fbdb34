// A program that does not leave when it is to.
process.on('exit', () => { for (;;); });
