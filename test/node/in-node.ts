// The realm of the command line, for tests.
import { nodeRealm as realm } from '../../src/cli/node-realm.ts';
import { shelf } from '../../src/cli/shelf.ts';

const texts = shelf();

/** Takes the process's unhandled rejections while it lives: one at a time. */
export const nodeRealm = () => realm(texts);
