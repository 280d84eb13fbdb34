/**
 * `console` of a program: what it says goes to its two streams.
 */
import type { NodeProcess } from '../node-process.ts';
import { util } from './util.ts';

export function consoleModule(node: NodeProcess) {
  const { format } = node.load(util);
  const say =
    (to: 'stdout' | 'stderr') =>
    (...args: unknown[]) =>
      node.print(to, `${format(...args)}\n`);
  const out = say('stdout');
  const err = say('stderr');
  return { log: out, info: out, debug: out, error: err, warn: err };
}
