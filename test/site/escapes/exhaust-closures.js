// Promises that never come, without end.
const all = [];
for (;;) all.push(new Promise(() => {}));
