// A file of the site that a function makes: in development when it is asked for, and again after each change; for a
// built site once.
import { mkdir, writeFile } from 'node:fs/promises';
import type { AstroIntegration } from 'astro';

interface MadeFile {
  /** Of the integration, behind `roundtrip-`. */
  readonly name: string;
  /** In the built site: `sandbox/index.html`. */
  readonly path: string;
  /** Its Content-Type. */
  readonly type: string;
  readonly make: () => Promise<string>;
}

export function madeFile({ name, path, type, make }: MadeFile): AstroIntegration {
  const address = `/${path.replace(/(?<=^|\/)index\.html$/, '')}`;
  return {
    name: `roundtrip-${name}`,
    hooks: {
      'astro:server:setup': ({ server }) => {
        let text: Promise<string> | undefined;
        server.watcher.on('all', () => {
          text = undefined;
        });
        server.middlewares.use((request, response, next) => {
          const { pathname } = new URL(request.url ?? '/', 'http://localhost');
          if (!pathname.endsWith(address)) return next();
          text ??= make();
          text.then((made) => {
            response.setHeader('Content-Type', `${type}; charset=utf-8`);
            response.end(made);
          }, next);
        });
      },
      'astro:build:done': async ({ dir }) => {
        const file = new URL(path, dir);
        await mkdir(new URL('.', file), { recursive: true });
        await writeFile(file, await make());
      },
    },
  };
}
