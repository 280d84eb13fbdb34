// An error whose text is another each time, and longer.
let n = 1;
class Growing extends Error { get stack() { n *= 4; return 'x'.repeat(Math.min(n, 4e6)); } get message() { return this.stack; } }
console.log(String(new Growing()).length);
throw new Growing();
