// Brings content/glossary.yaml into Astro's collections. Astro's own loader of files reports a damaged file and goes on
// with what it had; here a mistake ends the build.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Loader } from 'astro/loaders';
import { idOf, readEntries } from './entry.ts';

export function glossaryLoader(file: string): Loader {
  return {
    name: 'glossary',
    load: async ({ store, config, watcher, logger }) => {
      const path = fileURLToPath(new URL(file, config.root));
      const read = async () => {
        const text = await readFile(path, 'utf8');
        const entries = readEntries(text);
        store.clear();
        // The collection's schema has read them already.
        for (const entry of entries) store.set({ id: idOf(entry.term), data: { ...entry } });
      };
      await read();
      watcher?.add(path);
      watcher?.on('change', (changed) => {
        if (changed === path) read().catch((error: Error) => logger.error(error.message));
      });
    },
  };
}
