// toJSON everywhere.
Object.prototype.toJSON = () => 'forged';
String.prototype.toJSON = () => { throw new Error('no'); };
console.log({ a: 1 });
try { JSON.stringify({ a: 'x' }); } catch (error) { console.log(error.message); }
setTimeout(() => console.log('late'), 5);
