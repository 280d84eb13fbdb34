require('../common');
setInterval(() => {}, 1000);
