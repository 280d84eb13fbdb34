require('../common');
require('node:assert').strictEqual(1 + 1, 3);
