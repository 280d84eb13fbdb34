// A flood of output, a little in each turn.
setInterval(() => { console.log('x'.repeat(5000)); console.error('y'.repeat(5000)); }, 1);
