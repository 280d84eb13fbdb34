// Numbers without bound.
let n = 3n;
for (;;) try { n *= n; } catch { n = 3n; }
