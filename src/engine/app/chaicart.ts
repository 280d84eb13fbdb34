/**
 * ChaiCart's first site: a page, a photograph, and the menu as JSON.
 */
import { type Bytes, fromUtf8 } from '../base/bytes.ts';
import { MICROSECOND, MILLISECOND } from '../base/units.ts';
import type { Resource, Site } from './origin.ts';
import { encodePng } from './png.ts';

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>ChaiCart: tea at your door</title>
<meta name="description" content="Masala chai, ginger chai and something to dunk, carried to your door while it is hot.">
<link rel="preload" as="fetch" href="/menu.json">
<style>
  :root { color-scheme: light dark; font: 1.125rem/1.6 Georgia, serif; }
  body { margin: 0 auto; padding: 2rem 1rem; max-width: 38rem; }
  header { display: flex; gap: 1.5rem; align-items: center; }
  h1 { font-size: 2rem; line-height: 1.2; margin: 0; }
  img { border-radius: .5rem; }
  table { width: 100%; border-collapse: collapse; margin: 1.5rem 0; }
  td { padding: .5rem 0; border-bottom: 1px solid #8884; }
  td:last-child { text-align: right; font-variant-numeric: tabular-nums; }
  button { font: inherit; padding: .5rem 1.5rem; }
  footer { margin-top: 3rem; font-size: .875rem; }
</style>
</head>
<body>
<header>
  <img src="/chai.png" width="72" height="64" alt="A glass of masala chai, steaming">
  <div>
    <h1>Tea at your door</h1>
    <p>Brewed when you order, carried while it is hot.</p>
  </div>
</header>
<main>
  <h2>Tonight</h2>
  <table id="menu"><tr><td>Looking at the stove …</td><td></td></tr></table>
  <p><label>How many? <input name="count" type="number" min="1" max="12" value="1"></label></p>
  <p><button type="button">Order</button></p>
  <h2>Where we are</h2>
  <p>One cart, one stove, two bicycles. We deliver within three kilometres of the station, from six in the morning
  until the last train. If it rains, add ten minutes; if it pours, add ginger.</p>
  <h2>Asked often</h2>
  <p><strong>Is there milk in it?</strong> Yes, unless you say otherwise: oat milk costs the same.</p>
  <p><strong>Can I pay at the door?</strong> In coins, please. The card reader does not like the rain either.</p>
</main>
<footer>
  <p>ChaiCart is a small company in a story. Nobody will bring you tea from this address, however hard you press.</p>
</footer>
</body>
</html>
`;

const MENU = {
  currency: 'INR',
  open: true,
  items: [
    { id: 'masala', name: 'Masala chai', note: 'Cardamom, ginger, clove, pepper', price: 40 },
    { id: 'ginger', name: 'Ginger chai', note: 'For colds and for Mondays', price: 40 },
    { id: 'elaichi', name: 'Cardamom chai', note: 'Green pods, crushed to order', price: 45 },
    { id: 'kashmiri', name: 'Pink salt chai', note: 'Slow; order before you are thirsty', price: 60 },
    { id: 'filter', name: 'Filter coffee', note: 'For those who came by mistake', price: 50 },
    { id: 'biscuit', name: 'Two glucose biscuits', note: 'To dunk; count to three', price: 10 },
    { id: 'bun', name: 'Bun and butter', note: 'Toasted on the iron plate', price: 30 },
  ],
};

/** A glass of chai before an evening wall: flat colours and a little grain, drawn pixel by pixel. */
function photograph(): Bytes {
  return encodePng(72, 64, (x, y) => {
    const grain = ((x * 73 + y * 151 + ((x * y) % 13) * 17) % 11) - 5;
    const left = 22 + Math.floor(y / 12);
    const right = 50 - Math.floor(y / 12);
    const isGlass = y >= 18 && y < 58 && x >= left && x < right;
    const isTea = isGlass && y >= 23 && x >= left + 2 && x < right - 2 && y < 56;
    const isFoam = isTea && y < 27;
    const isSteam = y < 16 && (x + Math.floor(y / 3) * 2) % 14 < 2 && x > 26 && x < 46;
    const isTable = y >= 56;
    const [r, g, b] = isFoam
      ? [0xe2, 0xbd, 0x8a]
      : isTea
        ? [0xb8, 0x72, 0x3c]
        : isGlass
          ? [0xd9, 0xe0, 0xdc]
          : isSteam
            ? [0xc9, 0xc2, 0xb4]
            : isTable
              ? [0x5b, 0x3a, 0x29]
              : [0x8c - y, 0x6f - Math.floor(y / 2), 0x5e + Math.floor(y / 4)];
    return (channel(r! + grain) << 16) | (channel(g! + grain) << 8) | channel(b! + grain);
  });
}

function channel(value: number): number {
  return Math.max(0, Math.min(255, value));
}

export function chaiCartSite(): Site {
  const resources = new Map<string, Resource>([
    // the page is put together for each visitor: that is the work
    [
      '/',
      {
        type: 'text/html; charset=utf-8',
        body: fromUtf8(PAGE),
        work: 5 * MILLISECOND,
        cacheControl: 'no-cache',
      },
    ],
    [
      '/menu.json',
      {
        type: 'application/json',
        body: fromUtf8(JSON.stringify(MENU)),
        work: MILLISECOND,
        cacheControl: 'max-age=60',
      },
    ],
    [
      '/chai.png',
      { type: 'image/png', body: photograph(), work: 200 * MICROSECOND, cacheControl: 'max-age=86400' },
    ],
  ]);
  return { server: 'ChaiCart/1.0', resources };
}
