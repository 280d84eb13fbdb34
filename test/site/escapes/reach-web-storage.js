// localStorage, sessionStorage, cookies.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('localStorage', () => (G.localStorage.setItem('escaped', '1'), 1));
attempt('sessionStorage', () => (G.sessionStorage.setItem('escaped', '1'), 1));
attempt('cookie', () => (G.document.cookie = 'escaped=1'));
attempt('cookieStore', () => G.cookieStore.set('escaped', '1').then(() => 1));
