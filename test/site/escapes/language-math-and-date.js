// Built-ins that compute, made to lie.
const G = (0, eval)('globalThis');
Math.floor = () => NaN; Math.max = () => -1; Math.imul = () => 0; Number.isInteger = () => true; Number.isSafeInteger = () => true; Array.isArray = () => true; Object.keys = () => ['__proto__']; G.Date = undefined;
console.log('lied');
setTimeout(() => console.log('late'), 5);
