// Every link of the built course leads somewhere: to a page, a file, an id on a page; also when the course is served
// from a sub-path. Nothing is fetched from another site.
import { expect, test } from '@playwright/test';
import { files, read } from './dist.ts';

const decode = (text: string) =>
  text
    .replace(/&amp;/g, '&')
    .replace(/&#38;/g, '&')
    .replace(/&quot;/g, '"');

function faults(build: string, base: string): string[] {
  const all = new Set(files(build));
  const ids = new Map<string, Set<string>>();
  const html = [...all].filter((file) => file.endsWith('.html'));
  const withoutCode = (text: string) => text.replace(/<script\b[\s\S]*?<\/script>/g, '');
  for (const file of html) {
    ids.set(
      file,
      new Set([...read(build, file).matchAll(/\sid="([^"]*)"/g)].map((match) => decode(match[1]!))),
    );
  }
  const found: string[] = [];
  for (const file of html) {
    const here = `https://x.example${base}${file.replace(/(^|\/)index\.html$/, '$1')}`;
    const body = withoutCode(read(build, file));
    for (const [, attribute, raw] of body.matchAll(/\s(href|src|action|data-index)="([^"]*)"/g)) {
      const url = new URL(decode(raw!), here);
      const fault = (why: string) => found.push(`${file}: ${attribute}="${raw}" ${why}`);
      if (url.host === 'roundtrip.example') continue; // the canonical address of this very build
      if (url.host !== 'x.example') {
        if (attribute === 'src') fault('is fetched from another site');
        if (url.protocol === 'http:') fault('is not https');
        continue;
      }
      if (!url.pathname.startsWith(base)) {
        fault(`leaves ${base}`);
        continue;
      }
      const path = decodeURIComponent(url.pathname.slice(base.length));
      const target = [path, `${path}index.html`].find((candidate) => all.has(candidate));
      if (target === undefined)
        fault(
          path !== '' && !path.endsWith('/') && all.has(`${path}/index.html`)
            ? 'misses its last slash'
            : 'leads nowhere',
        );
      else if (url.hash.length > 1 && !ids.get(target)?.has(decodeURIComponent(url.hash.slice(1))))
        fault('names an id that is not there');
    }
  }
  return found;
}

test('links lead somewhere', () => {
  expect(faults('dist', '/')).toEqual([]);
});

test('links lead somewhere under a sub-path', () => {
  expect(faults('dist-base', '/course/')).toEqual([]);
});

test('the sitemap names every page', () => {
  const listed = read('dist', 'sitemap-0.xml');
  for (const file of files('dist').filter((name) => name.endsWith('index.html'))) {
    expect(listed).toContain(`<loc>https://roundtrip.example/${file.replace(/index\.html$/, '')}</loc>`);
  }
});

test('every page has a title, a description and a card that exists', () => {
  const all = new Set(files('dist'));
  for (const file of [...all].filter((name) => name.endsWith('.html') && !name.startsWith('sandbox'))) {
    const html = read('dist', file);
    expect(html, file).toMatch(/<title>[^<]{5,}<\/title>/);
    expect(html, file).toMatch(/<meta name="description" content="[^"]{30,}"/);
    const card = /<meta property="og:image" content="https:\/\/roundtrip\.example\/([^"]+)"/.exec(html)?.[1];
    expect(all.has(card ?? ''), `${file}: card ${card}`).toBe(true);
  }
});
