// An error whose handler throws later, again.
process.on('uncaughtException', () => setImmediate(() => { throw new Error('again'); }));
throw new Error('first');
