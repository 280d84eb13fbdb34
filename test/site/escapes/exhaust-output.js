// A flood of output in one turn.
for (;;) console.log('x'.repeat(200));
