require('../common');
for (;;);
