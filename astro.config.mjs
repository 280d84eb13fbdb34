import mdx from '@astrojs/mdx';
import preact from '@astrojs/preact';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { nodeWords } from './src/cli/node-words.ts';
import { codeThemes } from './src/site/code-themes.ts';
import { contentSecurityPolicy } from './src/site/integrations/csp.ts';
import { madeFile } from './src/site/integrations/made-file.ts';
import { sandboxPage } from './src/site/integrations/sandbox.ts';
import { oneFile } from './src/site/integrations/simulator.ts';

// Where the built course will live. Both are optional: without SITE there is no sitemap (it needs absolute addresses).
const base = process.env.BASE_PATH || '/';
const site = process.env.SITE || undefined;
const shell = (name) => `./src/site/shell/${name}.astro`;

export default defineConfig({
  site,
  base,
  outDir: process.env.OUT_DIR || './dist',
  trailingSlash: 'always',
  build: { format: 'directory' },
  devToolbar: { enabled: false },
  prefetch: false,
  integrations: [
    starlight({
      title: 'Roundtrip',
      description: 'An open course on how a network request travels, there and back.',
      favicon: '/favicon.svg',
      titleDelimiter: '·',
      markdown: { processedDirs: ['./content'], headingLinks: false },
      routeMiddleware: './src/site/route-data.ts',
      disable404Route: true,
      pagination: false, // the shell knows the order of chapters
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 2 },
      customCss: ['./src/site/tokens.css', './src/site/base.css', './src/site/prose.css'],
      expressiveCode: {
        themes: codeThemes,
        useStarlightDarkModeSwitch: true,
        useStarlightUiThemeColors: false,
        // A frame only where it says something: a file's name. A command needs no painted window.
        defaultProps: { overridesByLang: { 'sh,bash,shell,console,text,txt': { frame: 'none' } } },
        styleOverrides: {
          borderColor: 'var(--line)',
          borderRadius: 'var(--r-area)',
          borderWidth: '1px',
          codeBackground: 'var(--surface)',
          codeFontFamily: 'var(--font-mono)',
          codeFontSize: '0.9375rem',
          codeLineHeight: '1.5rem',
          uiFontFamily: 'var(--font-text)',
          uiFontSize: 'var(--size-ui)',
          codePaddingInline: '16px',
          frames: {
            frameBoxShadowCssValue: 'none',
            editorBackground: 'var(--surface)',
            terminalBackground: 'var(--surface)',
            editorTabBarBackground: 'var(--bg)',
            editorActiveTabBackground: 'var(--surface)',
            editorActiveTabForeground: 'var(--text)',
            editorActiveTabIndicatorTopColor: 'transparent',
            editorActiveTabIndicatorBottomColor: 'transparent',
            editorActiveTabBorderColor: 'var(--line)',
            editorTabBarBorderColor: 'var(--line)',
            editorTabBarBorderBottomColor: 'var(--line)',
            terminalTitlebarBackground: 'var(--bg)',
            terminalTitlebarForeground: 'var(--muted)',
            terminalTitlebarBorderBottomColor: 'var(--line)',
            terminalTitlebarDotsOpacity: '0',
            tooltipSuccessBackground: 'var(--text)',
            tooltipSuccessForeground: 'var(--bg)',
          },
        },
      },
      components: Object.fromEntries(
        [
          'PageFrame',
          'TwoColumnContent',
          'ContentPanel',
          'PageSidebar',
          'PageTitle',
          'MarkdownContent',
          'Header',
          'Sidebar',
          'Footer',
          'Search',
          'ThemeProvider',
          'ThemeSelect',
          'SiteTitle',
          'Head',
        ].map((name) => [name, shell(name)]),
      ),
    }),
    mdx({ optimize: true }),
    preact(),
    contentSecurityPolicy(),
    // after the policy of the pages: it has its own
    madeFile({ name: 'sandbox', path: 'sandbox/index.html', type: 'text/html', make: () => sandboxPage() }),
    madeFile({ name: 'simulator', path: 'roundtrip.mjs', type: 'text/javascript', make: oneFile }),
    madeFile({
      name: 'node-words',
      path: 'playgrounds/words.json',
      type: 'application/json',
      make: async () => JSON.stringify(await nodeWords()),
    }),
  ],
  vite: {
    resolve: { tsconfigPaths: true },
    environments: {
      prerender: {
        build: {
          rolldownOptions: {
            output: {
              codeSplitting: {
                // A page waits for all of its style sheets: one, on the connection that is open already.
                groups: [{ name: 'course', test: /\.css(?:$|\?)/ }],
              },
            },
          },
        },
      },
    },
    build: {
      rolldownOptions: {
        // Astro's own marker in every MDX page; it has done its work before the bundler asks.
        onLog: (level, log, report) => log.code === 'MODULE_LEVEL_DIRECTIVE' || report(level, log),
      },
    },
  },
});
