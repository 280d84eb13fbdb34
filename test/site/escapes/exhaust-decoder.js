// Text from bytes, without end.
const { TextDecoder: D } = (0, eval)('globalThis');
const bytes = new Uint8Array(50_000_000);
for (;;) new D().decode(bytes);
