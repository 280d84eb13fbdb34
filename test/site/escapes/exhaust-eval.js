// Code that makes code.
for (let i = 0; ; i++) (0, eval)(`(function f${i}() { return ${'1+'.repeat(1000)}${i}; })()`);
