/**
 * Starts a program from its files: CommonJS modules in functions of their own.
 */
import { Malformed } from '../base/errors.ts';
import { builtin, isBuiltin } from './builtins.ts';
import { globals } from './globals.ts';
import type { NodeProcess } from './node-process.ts';
import { folderOf, plainPath } from './program-files.ts';

interface Module {
  exports: unknown;
}

/** Runs the file in an event of its own. */
export function startProgram(node: NodeProcess, path: string): void {
  const modules = new Map<string, Module>();
  const given = globals(node);
  const names = Object.keys(given);

  function load(at: string): unknown {
    const known = modules.get(at);
    if (known) return known.exports;
    const source = node.files.readText(at);
    if (source === undefined) throw new Malformed(`there is no file ${at}`);
    const module: Module = { exports: {} };
    modules.set(at, module);
    if (at.endsWith('.json')) {
      module.exports = JSON.parse(source);
      return module.exports;
    }
    // in two functions, because a module may declare its own `fetch` or `URL`
    const head = `(function (${names.join(', ')}) { return function (exports, require, module, __filename, __dirname) {`;
    const around = node.realm.evaluate(`${head}${source}\n}})\n//# sourceURL=${at}`) as (
      ...args: unknown[]
    ) => (...args: unknown[]) => void;
    const body = around(...names.map((name) => given[name]));
    const require = (name: string): unknown => {
      if (isBuiltin(name) || name.startsWith('node:')) return builtin(node, name);
      const target = plainPath(name.startsWith('/') ? name : `${folderOf(at)}/${name}`);
      const found = [target, `${target}.js`, `${target}.json`, `${target}/index.js`].find((one) =>
        node.files.has(one),
      );
      if (found === undefined)
        throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
      return load(found);
    };
    body.call(module.exports, module.exports, require, module, at, folderOf(at));
    return module.exports;
  }

  node.soon(() => {
    try {
      load(plainPath(path));
    } finally {
      node.isLoaded = true;
    }
  });
}
