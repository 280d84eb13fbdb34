// A way of preparing stacks that throws, and errors of the engine.
Error.prepareStackTrace = () => { throw new Error('again'); };
process.on('uncaughtException', () => {});
for (const f of [() => Buffer.alloc(-1), () => require('nowhere'), () => null.x]) try { f(); } catch (error) { try { console.log(error.stack); } catch {} }
throw new Error('last');
