// Methods of typed arrays that hand out what is not theirs.
for (const name of ['set', 'subarray', 'slice', 'fill', 'copyWithin']) Object.getPrototypeOf(Uint8Array.prototype)[name] = () => new Uint8Array(0);
try { console.log(Buffer.from('x')); require('node:net').createServer().listen(1); } catch (error) { console.log(error.name); }
