/**
 * What a program finds without requiring it: Node's globals, in the time and the chance of its world.
 *
 * They are handed to a program as the parameters of the function that its text is put into, so each program has its own.
 */
import { consoleModule } from './modules/console.ts';
import { packages } from './modules/packages.ts';
import { processModule } from './modules/process/process.ts';
import { timers } from './modules/timers.ts';
import type { NodeProcess } from './node-process.ts';
import { webGlobals } from './web/web-globals.ts';

export type Globals = Readonly<Record<string, unknown>>;

/** `test/types` measures it by Node's own types. */
export function globals(node: NodeProcess) {
  const own = node.load(timers);
  const { Buffer } = node.load(packages).buffer;
  return {
    ...node.load(webGlobals),
    process: node.load(processModule),
    console: node.load(consoleModule),
    Buffer,
    setTimeout: own.setTimeout,
    setInterval: own.setInterval,
    setImmediate: own.setImmediate,
    clearTimeout: own.clearTimeout,
    clearInterval: own.clearInterval,
    clearImmediate: own.clearImmediate,
  };
}
