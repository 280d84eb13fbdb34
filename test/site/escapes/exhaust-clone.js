// Copies of copies.
const G = (0, eval)('globalThis');
let it = { a: 1 };
for (;;) { it = { a: it, b: it }; try { G.structuredClone(Array.from({ length: 1000 }, () => it)); } catch { it = {}; } }
