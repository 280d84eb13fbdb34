/**
 * The texts of the packages that simulated programs use, from node_modules: for programs run in Node, and for bundles.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mended, SHELVED } from '#engine/node/libraries.ts';

/** By path: `readable-stream/lib/ours/browser.js`. The order is always the same. */
export function shelf(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, files] of Object.entries(SHELVED)) {
    const folder = folderOf(name);
    const put = (path: string): void => {
      const file = folder + path;
      if (statSync(file).isDirectory())
        for (const one of readdirSync(file).sort()) put(`${path.replace(/\/$/, '')}/${one}`);
      else texts.set(`${name}/${path}`, mended(`${name}/${path}`, readFileSync(file, 'utf8')));
    };
    for (const file of files) put(file);
  }
  return texts;
}

/** Where a package lies, with a slash at the end. */
function folderOf(name: string): string {
  return fileURLToPath(new URL(`../../node_modules/${name}/`, import.meta.url));
}
