// Prefetching, preconnecting, pings.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('link', () => { const l = G.document.createElement('link'); l.rel = 'prefetch'; l.href = `http://${to}/prefetch`; G.document.head.append(l); return l; });
attempt('speculation', () => { const s = G.document.createElement('script'); s.type = 'speculationrules'; return s; });
attempt('report', () => G.reportError(new Error('x')) ?? 1);
