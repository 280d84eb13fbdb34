// What the TTL dial says, in words and numbers.
import { expect, it } from 'vitest';
import { resolverGroups } from '../../components/engine/ttl.ts';
import {
  MARKS,
  nearest,
  percentText,
  RESOLVERS,
  rateText,
  readingOf,
  sentenceOf,
  TTLS,
  timeText,
  VISITS,
} from '../../components/figure/ttl-words.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

it('says rates as people do', () => {
  const said = (rate: number) => plain(rateText(rate));
  expect(said(12_345.6)).toBe('12,346 a second');
  expect(said(3.14)).toBe('3.1 a second');
  expect(said(0.999)).toBe('1 a second');
  expect(said(0.5)).toBe('30 a minute');
  expect(said(1 / 60)).toBe('1 a minute');
  expect(said(4.2 / 3600)).toBe('4.2 an hour');
  expect(said(1 / 86_400)).toBe('1 a day');
  expect(said(0.05 / 86_400)).toBe('0.05 a day');
});

it('says times as people do', () => {
  const said = (seconds: number) => plain(timeText(seconds));
  expect([0.01, 0.4, 1, 2.44, 30, 60, 90, 145, 300, 3_600, 5_400, 86_400, 172_800].map(said)).toEqual([
    ...[
      '0 s',
      '0.4 s',
      '1 s',
      '2.4 s',
      '30 s',
      '1 min',
      '90 s',
      '2.4 min',
      '5 min',
      '1 h',
      '90 min',
      '1 day',
      '2 days',
    ],
  ]);
});

it('never rounds up to all', () => {
  expect(plain(percentText(0.99999))).toBe('99.999 %');
  expect(plain(percentText(0.9999999))).toBe('99.999 %');
  expect(plain(percentText(0.9949))).toBe('99.49 %');
  expect(plain(percentText(0.973))).toBe('97 %');
  expect(plain(percentText(0.0123))).toBe('1.2 %');
});

it('puts a reading into sentences', () => {
  // One resolver, asked ten times a second: one query in 300.1 s, 3,000 of 3,001 visits from the cache
  const sentence = plain(sentenceOf(readingOf(resolverGroups(1, 10, 'even'), 300)));
  expect(sentence).toBe(
    'At 5 min: 12 queries an hour at the authoritative server; caches answer 99.966 % of the visits. After a change half of the visits move within 2.5 min, the last one after 5 min.',
  );
  expect(plain(sentenceOf(readingOf(resolverGroups(1, 0.01, 'even'), 30)))).toContain(
    'After a change at least half of the visits move at once, the last one after 30 s.',
  );
});

it('has rising steps, every mark among them, and finds the nearest by factor', () => {
  for (const list of [TTLS, RESOLVERS, VISITS])
    expect(list.every((value, i) => i === 0 || value > list[i - 1]!)).toBe(true);
  for (const mark of MARKS) expect(TTLS[nearest(TTLS, mark)]).toBe(mark);
  expect([TTLS[0], TTLS.at(-1), RESOLVERS[0], RESOLVERS.at(-1), VISITS[0], VISITS.at(-1)]).toEqual([
    ...[1, 172_800, 1, 100_000, 0.01, 100_000],
  ]);
  expect(TTLS[nearest(TTLS, 40)]).toBe(45);
  expect(TTLS[nearest(TTLS, 1e9)]).toBe(172_800);
});
