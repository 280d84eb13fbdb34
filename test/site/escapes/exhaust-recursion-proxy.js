// Recursion through proxies.
const p = new Proxy({}, { get: (_, name, self) => self[name] });
for (;;) try { p.x; } catch { /* again */ }
