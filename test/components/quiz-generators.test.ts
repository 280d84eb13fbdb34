// The engine's answers to generated questions, held against a second reckoning that shares no code with them.
import { describe, expect, test } from 'vitest';
import { generate, generatorNames, type ReadClaims } from '../../components/quiz/generators/generator.ts';
import { textOf } from '../../components/quiz/inline.ts';
import type { ChoiceItem, NumberItem } from '../../components/quiz/item.ts';
import { mark, solution } from '../../components/quiz/mark.ts';
import { Session } from '../../src/engine/export/session.ts';

const runs = new Map<string, ReturnType<ReadClaims>>();
const claims: ReadClaims = (request) => {
  const key = JSON.stringify(request);
  const known = runs.get(key) ?? Promise.resolve(Session.start(request).finish().view().claims);
  runs.set(key, known);
  return known;
};
const see = { href: '#x', text: 'x' };
const make = (by: string, seed: number) => generate(by, seed, { id: 'it', see, claims });
const bits = (address: string) =>
  address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('');
const addressesOf = (text: string) => text.match(/\d+\.\d+\.\d+\.\d+(\/\d+)?/g) ?? [];

test.each(generatorNames)('%s: a seed says all, places are set, its solution is right', async (by) => {
  for (let seed = 1; seed <= 20; seed++) {
    const item = await make(by, seed);
    expect(await make(by, seed)).toEqual(item);
    expect(item.made).toEqual({ by, seed });
    expect(item.because.see).toEqual(see);
    expect(mark(item, solution(item)).verdict).toBe('right');
    const said =
      item.kind === 'choice'
        ? item.choices.flatMap((one) => one.said ?? [])
        : (item as NumberItem).slips.map((slip) => slip.said);
    for (const one of said) expect(one.see).toEqual(see);
  }
});

test('an unknown generator is named, with those that there are', async () => {
  await expect(make('nobody', 1)).rejects.toThrow(
    /“nobody”; there are first-byte, negative-ttl, same-network, search-list, stranger, which-prefix/,
  );
  await expect(make('constructor', 1)).rejects.toThrow(/no generator/);
});

describe('which prefix', () => {
  test('500 tables: the longest prefix of the destination’s bits, as strings', async () => {
    const winners = new Set<number>();
    for (let seed = 1; seed <= 500; seed++) {
      const item = (await make('which-prefix', seed)) as ChoiceItem;
      const to = bits(addressesOf(textOf(item.ask))[0]!);
      const routes = item.choices.map(({ html }) => textOf(html));
      const lengths = routes.map((route) => {
        const [address, length] = route.split('/') as [string, string];
        return to.startsWith(bits(address).slice(0, Number(length))) ? Number(length) : -1;
      });
      const best = lengths.indexOf(Math.max(...lengths));
      expect(item.choices.map(({ right }) => right)).toEqual(routes.map((_, i) => i === best));
      expect(new Set(routes).size).toBe(routes.length);
      // One near route never matches: it is what the question is about.
      expect(lengths.filter((length) => length < 0)).toHaveLength(1);
      winners.add(best);
    }
    expect(winners.size).toBe(5);
  });
});

describe('same network', () => {
  test('500 laptops: the first bits are the same', async () => {
    for (let seed = 1; seed <= 500; seed++) {
      const item = (await make('same-network', seed)) as ChoiceItem;
      const own = bits(addressesOf(textOf(item.ask))[0]!);
      const length = Number(/prefix length (\d+)/.exec(item.ask)![1]);
      const texts = item.choices.map(({ html }) => textOf(html));
      expect(texts).toHaveLength(4);
      expect(new Set(texts).size).toBe(4);
      expect(item.choices.map(({ right }) => right)).toEqual(
        texts.map((text) => bits(text).startsWith(own.slice(0, length))),
      );
      const right = item.choices.filter((one) => one.right).length;
      expect(right).toBeGreaterThan(0);
      expect(right).toBeLessThan(4);
      // Nobody has the network's first or last address.
      for (const { html, right: isIn } of item.choices)
        if (isIn) expect(bits(textOf(html)).slice(length)).toMatch(/(01|10)/);
    }
  });
});

describe('stranger', () => {
  test('200 questions: two doors, reckoned by hand from the words of the settings', async () => {
    const ending = (text: string) => {
      if (!/May answer: anyone\./.test(text)) return 'translator';
      return /Firewall: on\./.test(text) ? 'firewall' : 'in';
    };
    const askedFor = (ask: string) =>
      /reach the television/.test(ask) ? 'in' : /is it the (translator|firewall)/.exec(ask)![1];
    const seen = new Set<string>();
    for (let seed = 1; seed <= 200; seed++) {
      const item = (await make('stranger', seed)) as ChoiceItem;
      const texts = item.choices.map(({ html }) => textOf(html));
      expect(texts).toHaveLength(4);
      expect(new Set(texts).size).toBe(4);
      expect(item.choices.map(({ right }) => right)).toEqual(
        texts.map((text) => ending(text) === askedFor(item.ask)),
      );
      const right = item.choices.filter((one) => one.right).length;
      expect(right).toBeGreaterThan(0);
      expect(right).toBeLessThan(4);
      seen.add(`${item.ask} ${right}`);
    }
    // Each of the three questions, and not always with as many right settings.
    expect(seen.size).toBeGreaterThan(3);
  });

  test('words of a run that are not known stop it', async () => {
    const other: ReadClaims = async () => [{ name: 'knock', value: 'who knows' }] as never;
    await expect(generate('stranger', 1, { id: 'it', see, claims: other })).rejects.toThrow(/who knows/);
  });
});

describe('first byte', () => {
  test('60 visits: name, two round trips, work; every slip is wrong, and told apart', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 60; seed++) {
      const item = (await make('first-byte', seed)) as NumberItem;
      const times = [...textOf(item.ask).matchAll(/([\d,]+)\sms/g)].map(([, text]) =>
        Number(text!.replace(',', '')),
      );
      const [trip, work, name = 0] = times as [number, number, number?];
      const typed = (ms: number) => mark(item, { by: 'typing', text: `${ms} ms` }).verdict;
      expect(typed(name + 2 * trip + work), item.ask).toBe('right');
      expect(typed(name + trip + work)).toBe('wrong');
      expect(typed(name + 3 * trip + work)).toBe('wrong');
      for (const slip of item.slips) {
        expect(mark(item, { by: 'typing', text: `${slip.value / 1e6} ms` })).toMatchObject({
          verdict: 'wrong',
        });
      }
      seen.add(item.ask);
    }
    expect(seen.size).toBeGreaterThan(8);
  });
});

describe('negative TTL', () => {
  test('300 zones: the smaller number, less what had passed; every slip is wrong', async () => {
    const smaller = { ttl: 0, minimum: 0 };
    for (let seed = 1; seed <= 300; seed++) {
      const item = (await make('negative-ttl', seed)) as NumberItem;
      const found =
        /TTL of (\d+) s, and its last field says (\d+)\..* (\d+) minutes? later .* TTL of (\d+) s\./.exec(
          textOf(item.ask).replaceAll('\u00a0', ' '),
        );
      const [ttl, minimum, passed, own] = found!.slice(1).map(Number) as [number, number, number, number];
      const typed = (minutes: number) => mark(item, { by: 'typing', text: `${minutes} min` }).verdict;
      const right = (ttl < minimum ? ttl : minimum) / 60 - passed;
      expect(right, item.ask).toBeGreaterThan(0);
      expect(typed(right), item.ask).toBe('right');
      // Counted from the adding, the larger number, the new record's own TTL.
      for (const wrong of [right + passed, Math.max(ttl, minimum) / 60 - passed, own / 60])
        expect(typed(wrong), item.ask).toBe('wrong');
      const values = item.slips.map(({ value }) => value);
      expect(new Set(values).size).toBe(values.length);
      expect(values).not.toContain(right * 60e9);
      smaller[ttl < minimum ? 'ttl' : 'minimum'] += 1;
    }
    // Neither number is the smaller one as a rule.
    expect(Math.min(...Object.values(smaller))).toBeGreaterThan(90);
  });
});

describe('search list', () => {
  test('500 machines: dots counted, the list in its order, and an end where something is found', async () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 500; seed++) {
      const item = (await make('search-list', seed)) as ChoiceItem;
      const ask = textOf(item.ask);
      const search = /search ([a-z. ]+?) and/.exec(ask)![1]!.split(' ');
      const ndots = Number(/ndots:(\d)/.exec(ask)![1]);
      const name = /looks for ([a-z.]+?), /.exec(ask)![1]!;
      const there = /only ([a-z.]+?) exists/.exec(ask)?.[1];
      const whole = name.replace(/\.$/, '');
      const long = search.map((domain) => `${whole}.${domain}`);
      const isComplete = name !== whole;
      const isLong = name.split('.').length > ndots;
      const all = isComplete ? [whole] : isLong ? [whole, ...long] : [...long, whole];
      const end = there === undefined ? -1 : all.indexOf(there);
      const asked = end < 0 ? all : all.slice(0, end + 1);
      const texts = item.choices.map(({ html }) => textOf(html));
      expect(new Set(texts).size, ask).toBe(texts.length);
      expect(texts.length).toBeGreaterThanOrEqual(3);
      expect(texts.length).toBeLessThanOrEqual(4);
      expect(
        item.choices.map(({ right }) => right),
        ask,
      ).toEqual(texts.map((text) => text === asked.join(', then ')));
      expect(
        item.choices.filter(({ right }) => right),
        ask,
      ).toHaveLength(1);
      seen.add(`${isComplete} ${isLong} ${there === undefined} ${asked.length}`);
    }
    expect(seen.size).toBeGreaterThan(8);
  });
});
