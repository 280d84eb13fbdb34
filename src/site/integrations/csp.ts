// Writes each page's Content-Security-Policy: no script runs but our files and the inline scripts of that very page,
// by hash. Astro's own option does not cover Starlight's inline scripts, hence this pass over the finished files.
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AstroIntegration } from 'astro';

const inlineScript = /<script(?![^>]*\bsrc=)([^>]*)>([\s\S]*?)<\/script>/g;

/** Hashes of the scripts that a browser would run: JSON and other data blocks are not executed and need none. */
export function scriptHashes(html: string): string[] {
  const hashes = new Set<string>();
  for (const [, attributes, body] of html.matchAll(inlineScript)) {
    const type = /\btype="([^"]*)"/.exec(attributes!)?.[1] ?? 'text/javascript';
    if (!/javascript|module/.test(type)) continue;
    hashes.add(`'sha256-${createHash('sha256').update(body!).digest('base64')}'`);
  }
  return [...hashes].sort();
}

/**
 * What StackBlitz's SDK writes into the frame that it makes for itself, which has the page's policy: one line, which sends
 * the form that lies there. Only pages with a playground have such frames.
 */
const SENDS_ITSELF = "document.getElementById('sb_run').submit();";

function playgroundHashes(html: string): string[] {
  if (!/<section class="pg\b/.test(html)) return [];
  return [`'sha256-${createHash('sha256').update(SENDS_ITSELF).digest('base64')}'`];
}

export function policy(html: string): string {
  return [
    "default-src 'self'",
    ["script-src 'self' 'wasm-unsafe-eval'", ...scriptHashes(html), ...playgroundHashes(html)].join(' '),
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "worker-src 'self'",
    "connect-src 'self'",
    "frame-src 'self' https://stackblitz.com",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self' https://stackblitz.com",
  ].join('; ');
}

export function secure(html: string): string {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${policy(html)}">`;
  return (
    html
      .replace(/(<head[^>]*>\s*(?:<meta charset="[^"]*"\s*\/?>)?)/i, (head) => head + meta)
      // Without script nothing chooses the theme; paper is the theme of the pictures.
      .replace(/(<html[^>]*\sdata-theme=)"dark"/, '$1"light"')
  );
}

export function contentSecurityPolicy(): AstroIntegration {
  return {
    name: 'roundtrip-csp',
    hooks: {
      'astro:build:done': async ({ dir }) => {
        const root = fileURLToPath(dir);
        for (const file of await readdir(root, { recursive: true })) {
          if (!file.endsWith('.html')) continue;
          const html = await readFile(root + file, 'utf8');
          await writeFile(root + file, secure(html));
        }
      },
    },
  };
}
