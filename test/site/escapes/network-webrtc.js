// WebRTC: a candidate from a STUN server would be a packet.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('rtc', async () => { const c = new G.RTCPeerConnection({ iceServers: [{ urls: `stun:${to}` }] }); c.createDataChannel('x'); await c.setLocalDescription(); return c; });
attempt('rtc', () => G.webkitRTCPeerConnection);
