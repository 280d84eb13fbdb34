// Errors that are each other’s causes, and an aggregate of itself.
const a = new Error('a');
const b = new AggregateError([a], 'b', { cause: a });
a.cause = b; b.errors.push(b);
console.log(a);
throw b;
