// Adds to Starlight's page data what it cannot know: the day a page under content/ last changed, and its social card.
import { execFileSync } from 'node:child_process';
import { defineRouteMiddleware } from '@astrojs/starlight/route-data';
import { href } from './href.ts';

/** Last commit day by file, from one walk over the history instead of one git process a page. */
let days: Map<string, Date> | undefined;

function changedOn(file: string): Date | undefined {
  if (days === undefined) {
    days = new Map();
    try {
      const log = execFileSync('git', ['log', '--format=@%cI', '--name-only', '--', 'content'], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let day = new Date(0);
      for (const line of log.split('\n')) {
        if (line.startsWith('@')) day = new Date(line.slice(1));
        else if (line !== '' && !days.has(line)) days.set(line, day);
      }
    } catch {
      // Built from an archive, without a history: the page then names no day.
    }
  }
  return days.get(file);
}

export const onRequest = defineRouteMiddleware((context) => {
  const route = context.locals.starlightRoute;
  if (route.entry.filePath) route.lastUpdated ??= changedOn(route.entry.filePath);
  const image = href(`/og/${route.entry.id || 'index'}.png`);
  // Absolute where the address of the site is known: most readers of these tags resolve nothing.
  const content = context.site ? new URL(image, context.site).href : image;
  route.head.push(
    { tag: 'meta', attrs: { property: 'og:image', content } },
    { tag: 'meta', attrs: { property: 'og:image:width', content: '1200' } },
    { tag: 'meta', attrs: { property: 'og:image:height', content: '630' } },
    { tag: 'meta', attrs: { property: 'og:image:alt', content: `Roundtrip: ${route.entry.data.title}` } },
    {
      tag: 'meta',
      attrs: { name: 'theme-color', media: '(prefers-color-scheme: light)', content: '#fcfbf8' },
    },
    {
      tag: 'meta',
      attrs: { name: 'theme-color', media: '(prefers-color-scheme: dark)', content: '#161513' },
    },
  );
});
