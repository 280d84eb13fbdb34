/** A page made of one entry file, bundled in memory and served to a browser: for components on their own. */
import { fileURLToPath } from 'node:url';
import type { BrowserContext } from '@playwright/test';
import { build } from 'vite';

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  css: 'text/css',
  woff2: 'font/woff2',
};

export interface Bundled {
  readonly origin: string;
  serve(context: BrowserContext): Promise<void>;
}

/** `entry` finds a `<main>` to fill. `site`: the origin to serve it on, when it must be that of the course. */
export async function bundlePage(entry: URL, title: string, site = 'http://localhost'): Promise<Bundled> {
  const origin = `${site}/${title.toLowerCase().replace(/\W+/g, '-')}/`;
  const files = new Map<string, { readonly body: string | Buffer; readonly contentType: string }>();
  const result = await build({
    configFile: false,
    logLevel: 'error',
    base: './',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      minify: false,
      assetsInlineLimit: 0,
      rolldownOptions: { input: fileURLToPath(entry) },
    },
  });
  for (const { output } of [result].flat() as {
    output: { fileName: string; code?: string; source?: string | Uint8Array }[];
  }[]) {
    for (const { fileName, code, source } of output) {
      const body = code ?? source!;
      files.set(fileName, {
        body: typeof body === 'string' ? body : Buffer.from(body),
        contentType: types[fileName.split('.').at(-1)!] ?? 'application/octet-stream',
      });
    }
  }
  const names = [...files.keys()];
  const styles = names.filter((name) => name.endsWith('.css'));
  const links = styles.map((name) => `<link rel="stylesheet" href="${name}">`).join('');
  const script = names.find(
    (name) => name.endsWith('.js') && files.get(name)!.body.includes('querySelector("main")'),
  )!;
  files.set('', {
    contentType: 'text/html',
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><meta name="viewport" content="width=device-width"><style>*, ::before, ::after { box-sizing: border-box; margin: 0 }</style>${links}</head><body><main></main><script type="module" src="${script}"></script></body></html>`,
  });
  const serve = async (context: BrowserContext): Promise<void> => {
    await context.route(`${origin}**`, (route) => {
      const file = files.get(
        decodeURIComponent(new URL(route.request().url()).pathname.split('/').slice(2).join('/')),
      );
      return file ? route.fulfill(file) : route.fulfill({ status: 404 });
    });
  };
  return { origin, serve };
}
