const common = require('../common');
if (!common.hasCrypto) common.skip('missing crypto');
throw new Error('should have been skipped');
