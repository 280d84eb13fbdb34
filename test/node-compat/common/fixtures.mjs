// The same for ES modules.
import fixtures from './fixtures.js';

export default fixtures;
export const { fixturesDir, path, fileURL, readSync, readKey } = fixtures;
