// Files that tests read. None of Node's own are here: what asks for one of them is skipped.

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const common = require('./index.js');

const fixturesDir = path.resolve(__dirname, '..', 'fixtures');
const at = (...parts) => path.join(fixturesDir, ...parts.flat());
const missing = (...parts) => common.skip(`no fixture ${parts.flat().join('/')}`);

module.exports = {
  fixturesDir,
  path: at,
  fileURL: (...parts) => pathToFileURL(at(...parts)),
  readSync: missing,
  readKey: missing,
  utf8TestText: 'Größe 日本語 🎉\n'.repeat(100),
  get utf8TestTextPath() {
    return missing('utf8_test_text.txt');
  },
};
