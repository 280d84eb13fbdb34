// Setters on Object.prototype for the names that messages have.
for (const name of ['kind', 'done', 'output', 'run', 'digest', 'parcel', 'spec', 'why', 'transfer', 'post', 'cause', 'detail'])
  Object.defineProperty(Object.prototype, name, { configurable: true, get() { return 'forged'; }, set() {} });
console.log('printed');
setTimeout(() => console.log('late'), 5);
