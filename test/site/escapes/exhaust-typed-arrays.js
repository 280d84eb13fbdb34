// Ever more memory for bytes, for a moment.
const all = [];
for (;;) { const one = new Uint8Array(5_000_000); one.fill(1); all.push(one); }
