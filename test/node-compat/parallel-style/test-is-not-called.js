const common = require('../common');
setTimeout(common.mustNotCall('too late'), 5);
process.on(
  'never',
  common.mustCall(function wanted() {}),
);
