// An error object whose every property is a getter with a surprise.
const surprise = (name) => ({ configurable: true, get() { throw new Error(`surprise of ${name}`); } });
const error = new Error('x');
for (const name of ['stack', 'message', 'name', 'cause', 'code', 'errors', 'constructor', 'toString', Symbol.toStringTag, Symbol.toPrimitive]) Object.defineProperty(error, name, surprise(String(name)));
throw error;
