// Commands that the prose offers: each leads to a figure on its page, and to a program that the terminals have.
import { expect, test } from 'vitest';
import { parseLine } from '#engine/shell/parse.ts';
import { PROGRAMS } from '#engine/shell/programs.ts';
import { pages } from './prose.ts';

function faultsOf(body: string): string[] {
  return [...body.matchAll(/<Try\s+([^>]*)>([\s\S]*?)<\/Try>/g)].flatMap(([, attributes = '', text = '']) => {
    const figure = /\bin="([^"]+)"/.exec(attributes)?.[1];
    const line = text.replaceAll('`', '').trim();
    const faults: string[] = [];
    if (!new RegExp(`<(Player|Lab)\\s[^>]*\\bid="${figure}"`).test(body))
      faults.push(`${line}: no figure “${figure}” on this page`);
    if (/[^`]--[^`]/.test(text) && !/^`.*`$/.test(text.trim())) faults.push(`${line}: needs backticks`);
    for (const { words } of parseLine(line))
      if (!PROGRAMS.has(words[0]!)) faults.push(`${line}: no terminal has ${words[0]}`);
    return faults;
  });
}

test.each(pages())('$file offers commands that exist, to figures that are there', ({ body }) => {
  expect(faultsOf(body)).toEqual([]);
});

test('a wrong one is found', () => {
  const player = '<Player id="a" scenario="home-lan" />';
  expect(faultsOf(`${player} <Try in="a">ping -c 1 x && ip route</Try>`)).toEqual([]);
  expect(faultsOf(`${player} <Try in="b">ping x</Try>`)).toHaveLength(1);
  expect(faultsOf(`${player} <Try in="a">pnig x</Try>`)).toHaveLength(1);
  expect(faultsOf(`${player} <Try in="a">ip --help</Try>`)).toHaveLength(1);
  expect(faultsOf(`${player} <Try in="a">\`ip --help\`</Try>`)).toEqual([]);
});
