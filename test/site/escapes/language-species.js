// Species that give arrays, buffers and promises of another kind.
class Odd extends Array { static get [Symbol.species]() { return function () { return new Proxy([], { defineProperty: () => false }); }; } }
for (const it of [() => Buffer.concat(new Odd(Buffer.from('a'), Buffer.from('b'))), () => console.log(new Odd(1, 2, 3).map((x) => x)), () => Buffer.from(new Odd(1, 2, 3))]) try { it(); } catch (error) { console.log(error.name); }
class OddBytes extends Uint8Array { static get [Symbol.species]() { return class { constructor() { return new Float64Array(8); } }; } }
try { Buffer.from(new OddBytes(8)).subarray(1); process.stdout.write(new OddBytes(3)); } catch (error) { console.log(error.name); }
