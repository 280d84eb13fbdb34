// The picture that a link to a page carries: the mark, the name, the page's title. Drawn as SVG, made PNG at build.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { openWoff } from './tools/woff.ts';

let fonts: string[] | undefined;

function fontFiles(): string[] {
  if (fonts === undefined) {
    const require = createRequire(join(process.cwd(), 'package.json'));
    const folder = mkdtempSync(join(tmpdir(), 'roundtrip-fonts-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    fonts = ['400', '700'].map((weight) => {
      const woff = readFileSync(
        require.resolve(`@fontsource/source-sans-3/files/source-sans-3-latin-${weight}-normal.woff`),
      );
      const file = join(folder, `${weight}.otf`);
      writeFileSync(file, openWoff(woff));
      return file;
    });
  }
  return fonts;
}

const escapeXml = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** Lines of at most `width` characters; a card has room for three. */
export function wrap(text: string, width: number, most = 3): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else if (lines.length < most) lines.push(word);
    else {
      lines[most - 1] = `${lines[most - 1]}…`;
      break;
    }
  }
  return lines;
}

export function card(title: string, over: string, summary: string): Buffer {
  const lines = wrap(title, 24);
  const below = wrap(summary, 58, 2);
  const first = 330 - (lines.length - 1) * 40;
  const text = (at: number, size: number, weight: number, fill: string, line: string) =>
    `<text x="88" y="${at}" font-size="${size}" font-weight="${weight}" fill="${fill}">${escapeXml(line)}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" font-family="Source Sans 3">
    <rect width="1200" height="630" fill="#fcfbf8"/>
    <g transform="translate(76 64) scale(1.75)" fill="none" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"><path d="M12.2 24.9L27 16" stroke="#3d45d6"/><path d="M7 28V4L27 16" stroke="#1c1a17"/></g>
    <text x="146" y="104" font-size="38" font-weight="700" fill="#1c1a17">Roundtrip</text>
    ${over === '' ? '' : text(first - 84, 30, 400, '#605c53', over)}
    ${lines.map((line, i) => text(first + i * 88, 84, 700, '#1c1a17', line)).join('')}
    ${below.map((line, i) => text(first + (lines.length - 1) * 88 + 68 + i * 44, 34, 400, '#605c53', line)).join('')}
    <g fill="none" stroke-width="6" stroke-linecap="round" stroke-linejoin="round"><path d="M88 560L1112 596" stroke="#1c1a17"/></g>
    <circle cx="88" cy="560" r="10" fill="#fcfbf8" stroke="#1c1a17" stroke-width="5"/><circle cx="1112" cy="596" r="10" fill="#3d45d6"/>
  </svg>`;
  const image = new Resvg(svg, {
    font: { fontFiles: fontFiles(), loadSystemFonts: false, defaultFontFamily: 'Source Sans 3' },
  });
  return Buffer.from(image.render().asPng());
}

/** The mark on paper, for home screens. */
export function touchIcon(): Buffer {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="180" height="180" viewBox="-6 -6 44 44"><rect x="-6" y="-6" width="44" height="44" fill="#fcfbf8"/><g fill="none" stroke-width="3.2" stroke-linecap="round" stroke-linejoin="round"><path d="M12.2 24.9L27 16" stroke="#3d45d6"/><path d="M7 28V4L27 16" stroke="#1c1a17"/></g></svg>`;
  return Buffer.from(new Resvg(svg).render().asPng());
}
