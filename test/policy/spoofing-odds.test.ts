/** The odds of forged answers: the numbers of RFC 5452, exact small cases, and the resolver itself with few values to guess. */
import { describe, expect, it } from 'vitest';
import { countLetters } from '../../src/engine/app/forger.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { namedRandom, type Random } from '../../src/engine/base/random.ts';
import {
  chanceOfRaces,
  evenRaces,
  ID_VALUES,
  oneIn,
  PORT_VALUES,
  raceChance,
  searchSpace,
} from '../../src/engine/policy/spoofing-odds.ts';
import { makeQuery, makeResponse } from '../../src/engine/proto/dns/message.ts';
import { Resolver } from '../../src/engine/proto/dns/resolver/resolver.ts';
import { CLASS, TYPE } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';

const NOTHING = { ids: false, ports: false, letters: 0, cookie: false };

describe('what there is to guess', () => {
  it('multiplies', () => {
    expect(searchSpace(NOTHING)).toBe(1n);
    expect(searchSpace({ ...NOTHING, ids: true })).toBe(2n ** 16n);
    // ports from 1024 on (RFC 5452 §9.2)
    expect(searchSpace({ ...NOTHING, ids: true, ports: true })).toBe(2n ** 16n * BigInt(65_536 - 1024));
    expect(searchSpace({ ids: true, ports: true, letters: 18, cookie: true })).toBe(
      2n ** 16n * 64_512n * 2n ** 18n * 2n ** 64n,
    );
  });

  it('is rounded to a whole number, and certain when all of it is tried', () => {
    expect([oneIn(65_536n, 1), oneIn(65_536n, 50), oneIn(50n, 50), oneIn(1n, 10)]).toEqual([
      65_536n,
      1_311n,
      1n,
      1n,
    ]);
    expect([raceChance(65_536n, 65_536), raceChance(4n, 3), raceChance(1n, 10)]).toEqual([1, 0.75, 1]);
  });
});

/** RFC 5452 §7: R packets a second, a window of 0.1 s, two and a half servers, one port. */
const rfcChance = (rate: number, ports = 1n): number => raceChance(ID_VALUES * 5n * ports, rate * 0.1 * 2);

describe('the examples of RFC 5452', () => {
  it('§7.2: R in 1,638,400', () => {
    expect(rfcChance(10)).toBeCloseTo(10 / 1_638_400, 15);
  });

  it('§8: 7,000 a second against a TTL of an hour: a tenth in a day, one half in a week', () => {
    const chance = rfcChance(7000);
    expect(chanceOfRaces(chance, 24)).toBeGreaterThan(0.095);
    expect(chanceOfRaces(chance, 24)).toBeLessThan(0.105);
    expect(chanceOfRaces(chance, 7 * 24)).toBeGreaterThan(0.5);
    expect(evenRaces(chance)).toBeLessThanOrEqual(7 * 24);
  });

  it('§8: against a TTL of a minute, a tenth after 24 minutes, one half in less than three hours', () => {
    const chance = rfcChance(7000);
    expect(chanceOfRaces(chance, 24)).toBeCloseTo(0.1, 2);
    expect(evenRaces(chance)).toBeLessThan(180);
    expect(chanceOfRaces(chance, 9 * 60)).toBeCloseTo(0.9, 2);
  });

  it('§8.1: race after race, one half within some seconds from one port; with 64,000 ports after 116 hours', () => {
    // one source port, one name server: a race each tenth of a second
    const seconds = evenRaces(raceChance(ID_VALUES, 700)) * 0.1;
    expect(seconds).toBeGreaterThan(6);
    expect(seconds).toBeLessThan(7);
    const hours = (evenRaces(raceChance(ID_VALUES * 64_000n, 700)) * 0.1) / 3600;
    expect(hours).toBeGreaterThan(115);
    expect(hours).toBeLessThan(117);
  });
});

describe('many races', () => {
  it('agrees with multiplying out where that is exact enough', () => {
    for (const [chance, races] of [
      [0.25, 3],
      [0.01, 40],
      [0.5, 1],
      [0.002, 1000],
    ] as const) {
      let none = 1;
      for (let i = 0; i < races; i++) none *= 1 - chance;
      expect(chanceOfRaces(chance, races)).toBeCloseTo(1 - none, 12);
    }
  });

  it('keeps what floating point would lose', () => {
    // n·p − n²p²/2 for tiny p
    const p = 1e-25;
    expect(chanceOfRaces(p, 1e6) / 1e-19).toBeCloseTo(1, 12);
    expect(evenRaces(p) / 6.931471805599453e24).toBeCloseTo(1, 12);
    expect(chanceOfRaces(1e-9, evenRaces(1e-9))).toBeCloseTo(0.5, 9);
  });

  it('is even after the number of races that it says, and not before', () => {
    for (const chance of [1, 0.5, 0.4, 0.05, 0.0007629, 1e-5]) {
      const races = evenRaces(chance);
      expect(chanceOfRaces(chance, races)).toBeGreaterThanOrEqual(0.5 - 1e-12);
      if (races > 1) expect(chanceOfRaces(chance, races - 1)).toBeLessThan(0.5);
    }
  });
});

const SERVER = parseIp('198.51.100.4');
const FORGED = parseIp('192.0.2.66') as number;

/** One race against a resolver whose ids and port are known: only the case of the letters is to be guessed. */
function isWon(name: string, guesses: number, random: Random): boolean {
  const resolver = new Resolver({
    hints: [{ name: 'a.root.', addresses: [SERVER] }],
    ids: 'sequential',
    ports: { fixed: 40_000 },
    caseRandom: true,
    minimise: 'off',
    random,
  });
  resolver.ask(name, TYPE.A, 0);
  const query = decodeDns(resolver.pollTransmit(0)!.bytes);
  const letters = countLetters(name);
  const first = random.below(1 << letters);
  for (let i = 0; i < guesses; i++) {
    const choice = (first + i) % (1 << letters);
    let bit = 0;
    const guess = name.replace(/[a-z]/g, (letter) => ((choice >> bit++) & 1 ? letter.toUpperCase() : letter));
    const response = makeResponse(makeQuery(query.id, guess, TYPE.A, false, undefined), 0, 1232);
    const answers = [{ name: guess, type: TYPE.A, class: CLASS.IN, ttl: 60, data: FORGED as never }];
    const bytes = encodeDns({ ...response, authoritative: true, answers });
    resolver.handle({ transport: 'udp', from: SERVER, port: 53, localPort: 40_000, bytes }, 1000);
  }
  return resolver.pollResult() !== undefined;
}

describe('the resolver itself, with few values to guess', () => {
  const seed = 7;
  it.each([
    ['1a.2b', 1],
    ['1a.2b', 3],
    ['ab1.cd', 5],
    ['abc.de4', 8],
  ])('%s, %i guesses: is won as often as computed', (name, guesses) => {
    const random = namedRandom(seed, `${name} ${guesses}`);
    const races = 3000;
    let won = 0;
    for (let i = 0; i < races; i++) if (isWon(`${name}.`, guesses, random)) won += 1;
    const chance = raceChance(searchSpace({ ...NOTHING, letters: countLetters(name) }), guesses);
    const deviation = Math.sqrt(races * chance * (1 - chance));
    expect(Math.abs(won - races * chance), `seed ${seed}: ${won} of ${races}`).toBeLessThan(4 * deviation);
  });

  it('is won at least once in so many races as often as computed', () => {
    const random = namedRandom(seed, 'series');
    const chance = raceChance(searchSpace({ ...NOTHING, letters: 5 }), 2);
    const even = evenRaces(chance);
    const series = 400;
    let won = 0;
    for (let i = 0; i < series; i++) {
      let isLucky = false;
      for (let race = 0; race < even && !isLucky; race++) isLucky = isWon('ab1.cde.', 2, random);
      if (isLucky) won += 1;
    }
    const expected = series * chanceOfRaces(chance, even);
    expect(Math.abs(won - expected), `seed ${seed}: ${won} of ${series}`).toBeLessThan(
      4 * Math.sqrt(series / 4),
    );
  });

  it('draws ports from as many as the odds say', () => {
    const random = namedRandom(seed, 'ports');
    const seen: number[] = [];
    for (let i = 0; i < 4000; i++) {
      const resolver = new Resolver({ hints: [{ name: 'a.root.', addresses: [SERVER] }], random });
      resolver.ask('a.', TYPE.A, 0);
      seen.push(resolver.pollTransmit(0)!.localPort);
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(1024);
    // of n drawn from the range the largest is near its end: farther off than 1 % once in e^40
    expect(Math.max(...seen)).toBeGreaterThan(65_536 - Number(PORT_VALUES) / 100);
    expect(Math.min(...seen)).toBeLessThan(1024 + Number(PORT_VALUES) / 100);
  });
});
