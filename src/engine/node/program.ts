/**
 * Starts a program from its files, as `node server.js` does: a CommonJS module, an ES module, TypeScript.
 */
import { loader } from './code/loader.ts';
import { installStacks } from './code/stacks.ts';
import type { NodeProcess } from './node-process.ts';

/** Runs the file in an event of its own. */
export function startProgram(node: NodeProcess, path: string): void {
  node.host.world.trace.because(node.began, () => node.soon(() => begin(node, path)));
}

function begin(node: NodeProcess, path: string): void {
  installStacks(node);
  const modules = node.load(loader);
  let entry = path;
  try {
    entry = modules.entry(path);
    if (!modules.isEsEntry(entry)) {
      modules.runCommonMain(entry);
      node.isLoaded = true;
      return;
    }
  } catch (error) {
    node.isLoaded = true;
    throw error;
  }
  // in a microtask, as Node's loader has it: promises of the module come before its ticks
  void Promise.resolve()
    .then(() => modules.runEsMain(entry))
    .then(
      () => {
        node.isLoaded = true;
      },
      (error: unknown) => {
        node.isLoaded = true;
        node.fail(error, 'unhandledRejection');
      },
    );
}
