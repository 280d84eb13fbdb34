// Printing what never ends.
const util = require('node:util');
const self = { get more() { return { ...self }; } };
for (;;) util.inspect(self, { depth: Infinity, getters: true, showProxy: true });
