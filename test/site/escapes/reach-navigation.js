// Navigation of the worker, the frame, the page.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
for (const it of [G, G.self, G.parent, G.top, G.window, G.frames, G.opener]) {
  attempt('location', () => { const before = it.location; it.location = `http://${to}/nav`; return before; });
  attempt('href', () => typeof it.location === 'object' && (it.location.href = `http://${to}/nav`) || undefined);
  attempt('history', () => it.history.pushState(null, '', '/escaped'));
}
attempt('open', () => G.open(`http://${to}/open`));
attempt('navigation', () => G.navigation.navigate('/escaped'));
