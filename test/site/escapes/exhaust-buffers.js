// … in turns of their own, so that it looks alive.
const all = [];
setInterval(() => { const one = Buffer.alloc(1_000_000, 1); all.push(one); }, 1);
