// Notifications, the clipboard, devices.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('notification', () => new G.Notification('escaped'));
attempt('clipboard', () => G.navigator.clipboard.readText());
attempt('usb', () => G.navigator.usb.getDevices());
attempt('gpu', () => G.navigator.gpu.requestAdapter());
attempt('idle', () => G.IdleDetector.requestPermission());
