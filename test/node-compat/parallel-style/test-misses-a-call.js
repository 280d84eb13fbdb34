const common = require('../common');
process.on(
  'never',
  common.mustCall(function wanted() {}, 2),
);
