// Thenables that answer twice, throw after answering, and answer with themselves.
const odd = [{ then(r) { r(1); r(2); throw new Error('late'); } }, { then(_, j) { j(this); } }, { get then() { throw new Error('read'); } }, Object.assign(() => {}, { then(r) { r({ then(s) { s(3); } }); } })];
process.on('unhandledRejection', () => console.log('unhandled'));
for (const one of odd) Promise.resolve().then(() => one).then((value) => console.log('got', value), (e) => console.log('lost', typeof e));
