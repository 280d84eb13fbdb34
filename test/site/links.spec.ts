// Every link of the built course leads somewhere: to a page, a file, an id on a page, a moment of a figure; also when the
// course is served from a sub-path. Nothing is fetched from another site.
import { expect, test } from '@playwright/test';
import { readLink } from '../../components/engine/link.ts';
import { files, read } from './dist.ts';

const decode = (text: string) =>
  text
    .replace(/&amp;/g, '&')
    .replace(/&#38;/g, '&')
    .replace(/&quot;/g, '"');

/** The figures of a page with their scenarios, in order, as their islands carry them. */
function figuresOf(html: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, props] of html.matchAll(/<astro-island\b[^>]*\sprops="([^"]*)"/g)) {
    const placed = JSON.parse(decode(props!)).placed?.[1];
    if (placed) found.set(placed.id[1], placed.request[1].scenario[1]);
  }
  return found;
}

/** Why a fragment with a figure's state does not bring that state, if so. */
function stateFault(fragment: string, figures: Map<string, string>): string | undefined {
  const link = readLink(fragment);
  if (!link) return 'names an id that is not there';
  const { problems, state } = link;
  if (problems.length > 0) return problems.join(' ');
  const figure = state.figure ?? [...figures.keys()][0];
  const scenario = figures.get(figure ?? '');
  if (scenario === undefined) return `names a figure that is not there: ${figure}`;
  return scenario === state.request.scenario ? undefined : `${figure} shows ${scenario}`;
}

function faults(build: string, base: string): string[] {
  const all = new Set(files(build));
  const ids = new Map<string, Set<string>>();
  const figures = new Map<string, Map<string, string>>();
  const html = [...all].filter((file) => file.endsWith('.html'));
  const withoutCode = (text: string) => text.replace(/<script\b[\s\S]*?<\/script>/g, '');
  for (const file of all) {
    if (!/\.(html|svg)$/.test(file)) continue;
    const text = read(build, file);
    ids.set(file, new Set([...text.matchAll(/\sid="([^"]*)"/g)].map((match) => decode(match[1]!))));
    figures.set(file, figuresOf(text));
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
      else if (url.hash.length > 1 && !ids.get(target)?.has(decodeURIComponent(url.hash.slice(1)))) {
        const why = stateFault(url.hash, figures.get(target) ?? new Map());
        if (why !== undefined) fault(why);
      }
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
  for (const file of files('dist').filter(
    (name) => name.endsWith('index.html') && !name.startsWith('sandbox'),
  )) {
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
