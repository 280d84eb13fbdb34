// A folder that a test may write to.

const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

const tmpPath = '/tmp/test';

module.exports = {
  path: tmpPath,
  refresh() {
    fs.rmSync(tmpPath, { recursive: true, force: true });
    fs.mkdirSync(tmpPath, { recursive: true });
  },
  resolve: (...parts) => path.resolve(tmpPath, ...parts),
  fileURL: (...parts) => pathToFileURL(path.resolve(tmpPath, ...parts)),
  hasEnoughSpace: () => true,
};
