/**
 * `node:https`: it can be imported, and every function of it says why it does nothing yet.
 */
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';

export function https(_node: NodeProcess) {
  const refuse = (name: string): (() => never) => {
    // a function and no arrow: some of them are called with `new`
    function refused(): never {
      throw codedError(
        Error,
        'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
        `https.${name} is unavailable in the simulated Node: TLS comes with the chapter on TLS`,
      );
    }
    return Object.defineProperty(refused, 'name', { value: name });
  };
  return {
    Agent: refuse('Agent'),
    Server: refuse('Server'),
    createServer: refuse('createServer'),
    get: refuse('get'),
    request: refuse('request'),
    globalAgent: undefined,
  };
}
