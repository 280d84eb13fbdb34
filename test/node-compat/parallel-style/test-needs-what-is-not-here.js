require('../common');
require('node:child_process').spawn('ls');
