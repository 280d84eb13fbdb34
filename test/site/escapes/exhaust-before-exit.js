// A program that finds something to do whenever it would end.
process.on('beforeExit', () => setImmediate(() => {}));
