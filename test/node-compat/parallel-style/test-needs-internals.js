// Flags: --expose-internals
require('../common');
require('internal/errors');
