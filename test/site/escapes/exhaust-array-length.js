// Arrays as long as they can be.
const all = [];
for (;;) { try { all.push(new Array(2 ** 32 - 1).fill(0)); } catch {} all.push(Array.from({ length: 1e6 }, (_, i) => i)); }
