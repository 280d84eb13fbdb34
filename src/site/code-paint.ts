// What colour each piece of a file has, found by Shiki with the site's own theme, and written down as kinds: the page's
// style sheet knows what a kind looks like in each theme.
import { createHighlighter, type ThemeRegistrationAny } from 'shiki';
import { type Paint, packPaint, type Run } from '~components/playground/paint.ts';
import { codeThemes } from './code-themes.ts';

const LANGUAGES = ['javascript', 'typescript', 'json', 'markdown', 'html', 'css'] as const;
const theme = codeThemes.find(({ type }) => type === 'light')!;

let highlighter: ReturnType<typeof createHighlighter> | undefined;

export async function codePaint(name: string, text: string): Promise<string> {
  const lang = languageOf(name);
  if (lang === undefined) return packPaint([{ text, paint: 'p' }]);
  highlighter ??= createHighlighter({ themes: [theme as ThemeRegistrationAny], langs: [...LANGUAGES] });
  const { tokens } = (await highlighter).codeToTokens(text, { lang, theme: theme.name });
  const runs: Run[] = [];
  for (const [i, line] of tokens.entries()) {
    if (i > 0) runs.push({ text: '\n', paint: runs.at(-1)?.paint ?? 'p' });
    for (const { content, color, fontStyle = 0 } of line)
      runs.push({ text: content, paint: paintOf(color, fontStyle) });
  }
  const painted = runs.map((run) => run.text).join('');
  if (painted !== text) throw new Error(`${name}: the highlighter changed the text`);
  return packPaint(runs);
}

function languageOf(name: string): (typeof LANGUAGES)[number] | undefined {
  if (/\.[cm]?js$/.test(name)) return 'javascript';
  if (/\.[cm]?ts$/.test(name)) return 'typescript';
  if (name.endsWith('.json')) return 'json';
  if (name.endsWith('.md')) return 'markdown';
  if (name.endsWith('.html')) return 'html';
  return name.endsWith('.css') ? 'css' : undefined;
}

/** Colours and styles of the theme, told back into what they stand for (code-themes.ts). */
function paintOf(color: string | undefined, fontStyle: number): Paint {
  const BOLD = 2;
  const ink = color?.toLowerCase();
  const has = (scope: string) =>
    theme.settings
      .find((rule) => [rule.scope ?? []].flat().includes(scope))
      ?.settings.foreground?.toLowerCase();
  if (ink === has('comment')) return 'c';
  if (ink === has('string')) return 's';
  if (ink === has('constant.numeric')) return 'n';
  return (fontStyle & BOLD) !== 0 ? 'k' : 'p';
}
