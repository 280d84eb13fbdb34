// A realm for programs inside Node, for tests: packages from node_modules, an indirect eval, and setImmediate for turns.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { SHELVED } from '../../src/engine/node/libraries.ts';
import type { Realm, Rejection } from '../../src/engine/node/realm.ts';

const root = new URL('../../node_modules/', import.meta.url);

function shelf(): Map<string, string> {
  const texts = new Map<string, string>();
  const put = (path: string): void => {
    const url = new URL(path, root);
    if (!statSync(url).isDirectory()) texts.set(path, readFileSync(url, 'utf8'));
    else for (const name of readdirSync(url)) put(`${path.replace(/\/$/, '')}/${name}`);
  };
  for (const [name, files] of Object.entries(SHELVED)) for (const file of files) put(`${name}/${file}`);
  return texts;
}

// biome-ignore lint/security/noGlobalEval: this is where learners' programs are evaluated
const indirectly = eval;

/** Takes the process's unhandled rejections while it lives: one at a time. */
export function nodeRealm(): Realm & { end(): void } {
  const rejections: Rejection[] = [];
  const take = (reason: unknown, promise: Promise<unknown>): void => {
    rejections.push({ reason, promise });
  };
  process.on('unhandledRejection', take);
  return {
    shelf: shelf(),
    evaluate: (source) => indirectly(source),
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    takeRejections: () => rejections.splice(0),
    end: () => void process.off('unhandledRejection', take),
  };
}
