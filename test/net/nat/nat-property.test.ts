// Random translators, random people on both sides. What must hold is kept by a model that knows nothing of mappings'
// insides: a list of who has said what to whom, and when.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp4, type Ip4, parseIp4 } from '../../../src/engine/base/address.ts';
import type { Bytes } from '../../../src/engine/base/bytes.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { MINUTE, type Nanoseconds, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import { FLOW_TIMEOUTS } from '../../../src/engine/net/flow-state.ts';
import type { NatOptions } from '../../../src/engine/net/nat/nat.ts';
import type { Dependence } from '../../../src/engine/net/nat/nat-table.ts';
import {
  answerTo,
  datagram,
  destinationOf,
  type End,
  echo,
  ICMP,
  icmpError,
  NatAlone,
  OUTSIDE,
  sourceOf,
  sumsHold,
  TCP,
  UDP,
} from './nat-alone.ts';

const WORLDS = 1000;
const KINDS: readonly Dependence[] = [
  'endpoint-independent',
  'address-dependent',
  'address-and-port-dependent',
];
const INSIDE = ['10.0.0.2', '10.0.0.3', '10.0.0.4'].map(parseIp4);
const REMOTE = ['203.0.113.80', '203.0.113.81', '198.51.100.53'].map(parseIp4);
const key = ({ ip, port }: End): string => `${formatIp4(ip)}:${port}`;
const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

interface Choice {
  readonly options: NatOptions;
  readonly mapping: Dependence;
  readonly filtering: Dependence;
  readonly inboundRefresh: boolean;
  readonly ports: { readonly first: number; readonly last: number } | undefined;
}

function choose(random: Random): Choice {
  const mapping = pick(random, KINDS);
  const filtering = pick(random, KINDS);
  const inboundRefresh = random.chance(0.3);
  const ports = random.chance(0.5) ? { first: 5000, last: 5000 + random.below(6) } : undefined;
  const assignment = pick(random, ['preserve', 'sequential', 'random'] as const);
  const timeouts = random.chance(0.3) ? { udp: 30 * SECOND, icmp: 10 * SECOND } : {};
  const options = { mapping, filtering, inboundRefresh, assignment, timeouts, ...(ports && { ports }) };
  return { options, mapping, filtering, inboundRefresh, ports };
}

/** Somebody inside and somebody outside know of each other. */
interface Talk {
  readonly protocol: number;
  readonly inside: End;
  readonly remote: End;
  readonly outside: End;
  /** Whom the inside wrote to when it got this outside endpoint: what the mapping may depend on. */
  readonly madeFor: End;
  until: Nanoseconds;
  hasInsideSpoken: boolean;
}

/** What RFC 4787 and 5508 say of UDP and ICMP queries, in as few words as possible. */
class Model {
  readonly #choice: Choice;
  #talks: Talk[] = [];

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  #timeout(protocol: number): Nanoseconds {
    return { ...FLOW_TIMEOUTS, ...this.#choice.options.timeouts }[protocol === UDP ? 'udp' : 'icmp'];
  }

  living(now: Nanoseconds): Talk[] {
    this.#talks = this.#talks.filter(({ until }) => until > now);
    return this.#talks;
  }

  /** The outside endpoint that this must leave from; undefined when it is a new one. */
  outsideFor(protocol: number, inside: End, remote: End, now: Nanoseconds): End | undefined {
    const { mapping } = this.#choice;
    const mine = this.living(now).filter(
      (talk) => talk.protocol === protocol && key(talk.inside) === key(inside),
    );
    const same = mine.find((talk) => key(talk.remote) === key(remote));
    if (same) return same.outside;
    return mine.find(
      ({ madeFor }) =>
        mapping === 'endpoint-independent' ||
        (madeFor.ip === remote.ip && (mapping === 'address-dependent' || madeFor.port === remote.port)),
    )?.outside;
  }

  said(protocol: number, inside: End, remote: End, outside: End, now: Nanoseconds): void {
    const until = now + this.#timeout(protocol);
    const known = this.#find(protocol, outside, remote, now);
    if (known) Object.assign(known, { until, hasInsideSpoken: true });
    else {
      const madeFor = this.#at(protocol, outside, now)[0]?.madeFor ?? remote;
      this.#talks.push({ protocol, inside, remote, outside, madeFor, until, hasInsideSpoken: true });
    }
  }

  /** Who inside gets what `remote` sends to `outside`: an endpoint, nobody who may, or nobody at all. */
  receiver(protocol: number, outside: End, remote: End, now: Nanoseconds): End | 'refused' | 'mine' {
    const here = this.#at(protocol, outside, now);
    if (here.length === 0) return 'mine';
    const { filtering } = this.#choice;
    const isWelcome =
      filtering === 'endpoint-independent' ||
      here.some(
        (talk) =>
          talk.hasInsideSpoken &&
          talk.remote.ip === remote.ip &&
          (filtering === 'address-dependent' || talk.remote.port === remote.port),
      );
    return isWelcome ? here[0]!.inside : 'refused';
  }

  heard(protocol: number, outside: End, remote: End, now: Nanoseconds): void {
    const here = this.#at(protocol, outside, now);
    const { inboundRefresh } = this.#choice;
    const end = inboundRefresh ? NEVER : Math.max(...here.map(({ until }) => until));
    const until = Math.min(end, now + this.#timeout(protocol));
    const known = this.#find(protocol, outside, remote, now);
    if (!known) {
      const { inside, madeFor } = here[0]!;
      this.#talks.push({ protocol, inside, remote, outside, madeFor, until, hasInsideSpoken: false });
    } else if (inboundRefresh) known.until = until;
  }

  #at(protocol: number, outside: End, now: Nanoseconds): Talk[] {
    return this.living(now).filter(
      (talk) => talk.protocol === protocol && key(talk.outside) === key(outside),
    );
  }

  #find(protocol: number, outside: End, remote: End, now: Nanoseconds): Talk | undefined {
    return this.#at(protocol, outside, now).find((talk) => key(talk.remote) === key(remote));
  }
}

describe(`${WORLDS} random worlds`, { timeout: 60_000 }, () => {
  it('UDP and pings: as the model says who gets what, by which port, and until when', () => {
    const seen = { new: 0, again: 0, exhausted: 0, received: 0, refused: 0, mine: 0 };
    for (let seed = 1; seed <= WORLDS; seed++) {
      const random = new Random(seed);
      const choice = choose(random);
      const alone = new NatAlone(choice.options, seed);
      const model = new Model(choice);
      const used: End[] = [];
      for (let step = 0; step < 60; step++) {
        if (random.chance(0.2)) alone.wait(random.below(pick(random, [SECOND, MINUTE, 4 * MINUTE])));
        const protocol = random.chance(0.7) ? UDP : ICMP;
        const remote = { ip: pick(random, REMOTE), port: protocol === UDP ? 7 + random.below(2) : 0 };
        if (random.chance(0.55)) speak(protocol, remote);
        else knock(protocol, remote);
      }
      const { live, replayed } = alone.tables;
      expect(live, `seed ${seed}`).toEqual(replayed);

      function speak(protocol: number, remote: End): void {
        const inside = { ip: pick(random, INSIDE), port: 5000 + random.below(4) };
        const original =
          protocol === UDP
            ? datagram(UDP, inside, remote, { hasSum: random.chance(0.8) })
            : echo(inside.ip, remote.ip, inside.port);
        const expected = model.outsideFor(protocol, inside, remote, alone.now);
        const sent = alone.out(original);
        const at = `seed ${seed} at ${alone.now}: ${key(inside)} to ${key(remote)}`;
        if (typeof sent === 'string') {
          expect([expected, sent], at).toEqual([undefined, 'no outside port is free']);
          const { first, last } = choice.ports!;
          const taken = new Set(
            model
              .living(alone.now)
              .filter((talk) => talk.protocol === protocol)
              .map(({ outside }) => outside.port),
          );
          expect(taken.size, at).toBe(last - first + 1);
          seen.exhausted++;
          return;
        }
        const outside = sourceOf(sent);
        const to = destinationOf(sent);
        expect([outside.ip, to.ip, sumsHold(sent)], at).toEqual([OUTSIDE, remote.ip, true]);
        if (protocol === UDP) expect(to.port, at).toBe(remote.port);
        if (expected) expect(key(outside), at).toBe(key(expected));
        else {
          // a new mapping: no other inside endpoint may have this port
          const others = model.living(alone.now).filter((talk) => talk.protocol === protocol);
          expect(
            others.map((talk) => key(talk.outside)),
            at,
          ).not.toContain(key(outside));
          const { first, last } = choice.ports ?? { first: 0, last: 65_535 };
          expect(outside.port >= first && outside.port <= last, at).toBe(true);
        }
        seen[expected ? 'again' : 'new']++;
        model.said(protocol, inside, remote, outside, alone.now);
        used.push(outside);
      }

      function knock(protocol: number, remote: End): void {
        const outside =
          used.length > 0 && random.chance(0.9)
            ? pick(random, used)
            : { ip: OUTSIDE, port: 5000 + random.below(20) };
        const original =
          protocol === UDP ? datagram(UDP, remote, outside) : echo(remote.ip, outside.ip, outside.port, true);
        const expected = model.receiver(protocol, outside, remote, alone.now);
        const came = alone.in(original);
        const at = `seed ${seed} at ${alone.now}: ${key(remote)} to ${key(outside)}`;
        if (typeof came === 'string') {
          expect(came === 'mine' ? 'mine' : 'refused', at).toBe(expected);
          seen[came === 'mine' ? 'mine' : 'refused']++;
          return;
        }
        expect(key(destinationOf(came)), at).toBe(key(expected as End));
        expect(sumsHold(came), at).toBe(true);
        model.heard(protocol, outside, remote, alone.now);
        seen.received++;
      }
    }
    // every branch was taken, and often
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(300);
  });

  it('TCP with any flags: no two share an outside port, and nothing outlives the longest time-out', () => {
    for (let seed = 1; seed <= WORLDS; seed++) {
      const random = new Random(seed + 10_000);
      const alone = new NatAlone(choose(random).options, seed);
      const lastWord = new Map<string, Nanoseconds>();
      for (let step = 0; step < 40; step++) {
        if (random.chance(0.2)) alone.wait(random.below(pick(random, [MINUTE, 5 * MINUTE, 130 * MINUTE])));
        const inside = { ip: pick(random, INSIDE), port: 5000 + random.below(3) };
        const remote = { ip: pick(random, REMOTE), port: 80 };
        const flags = pick(random, [2, 4, 16, 17, 18, 20]);
        if (random.chance(0.5)) {
          const sent = alone.out(datagram(TCP, inside, remote, { flags }));
          if (typeof sent !== 'string') lastWord.set(key(sourceOf(sent)), alone.now);
        } else {
          const outside = { ip: OUTSIDE, port: 5000 + random.below(4) };
          const came = alone.in(datagram(TCP, remote, outside, { flags }));
          if (typeof came !== 'string') {
            expect(alone.now - lastWord.get(key(outside))!).toBeLessThan(124 * MINUTE);
            lastWord.set(key(outside), alone.now);
          }
        }
        const owners = new Map<string, string>();
        for (const { outside, inside: who } of alone.rows) {
          expect(owners.get(outside) ?? who, `seed ${seed}`).toBe(who);
          owners.set(outside, who);
        }
        for (const { timeout, expires } of alone.rows) {
          expect(expires - alone.now).toBeLessThanOrEqual(timeout);
        }
      }
      const { live, replayed } = alone.tables;
      expect(live, `seed ${seed}`).toEqual(replayed);
    }
  });
});

describe('translation is undone exactly on the way back', { timeout: 60_000 }, () => {
  const ip4 = (network: string): fc.Arbitrary<Ip4> =>
    fc.nat(0xff_ffff).map((host) => ((parseIp4(network) | host) >>> 0) as Ip4);
  const end = (network: string): fc.Arbitrary<End> => fc.record({ ip: ip4(network), port: fc.nat(0xffff) });
  const flow = fc.record({
    protocol: fc.constantFrom(UDP, TCP, ICMP),
    inside: end('10.0.0.0'),
    remote: end('20.0.0.0'),
    outside: ip4('30.0.0.0'),
    assignment: fc.constantFrom('preserve', 'random'),
    // plain text and zeros, which have the two zeros of ones' complement among their sums
    data: fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.integer({ min: 0, max: 9 }).map((n) => '\0'.repeat(n)),
    ),
    hasSum: fc.boolean(),
    seed: fc.nat(),
  });

  it.each(['there and back', 'through two translators'])('%s', (what) => {
    fc.assert(
      fc.property(flow, ({ protocol, inside, remote, outside, assignment, data, hasSum, seed }) => {
        const options = (address: Ip4) => ({ addresses: [address], assignment }) as NatOptions;
        const translators = [new NatAlone(options(outside), seed)];
        if (what !== 'there and back')
          translators.push(new NatAlone(options(parseIp4('100.64.0.1')), seed + 1));
        const original =
          protocol === ICMP
            ? echo(inside.ip, remote.ip, inside.port, false, data)
            : datagram(protocol, inside, remote, { data, hasSum: hasSum || protocol === TCP });
        // from inside out; then what the remote end answers, or says about it, from outside in
        const outward = translators.reduce((bytes, one) => one.out(bytes) as Bytes, original);
        const inward = (bytes: Bytes): Bytes =>
          [...translators].reverse().reduce((at, one) => one.in(at) as Bytes, bytes);
        expect(sumsHold(outward)).toBe(true);
        const answer = (bytes: Bytes): Bytes =>
          protocol === ICMP
            ? echo(remote.ip, sourceOf(bytes).ip, sourceOf(bytes).port, true, data)
            : datagram(protocol, remote, sourceOf(bytes), { data, hasSum: hasSum || protocol === TCP });
        expect(inward(answer(outward))).toEqual(answer(original));
        for (const most of [28, 36, 548])
          expect(inward(icmpError(remote.ip, outward, { most }))).toEqual(
            icmpError(remote.ip, original, { most }),
          );
      }),
      { numRuns: 1000 },
    );
  });

  it('and the other way: what came in through a port forward, its answers, and errors about it', () => {
    fc.assert(
      fc.property(flow, ({ protocol, inside, remote, outside, data, hasSum }) => {
        fc.pre(protocol !== ICMP);
        const name = protocol === TCP ? 'TCP' : 'UDP';
        const forward = {
          protocol: name,
          outsidePort: remote.port,
          inside: inside.ip,
          insidePort: inside.port,
        } as const;
        const alone = new NatAlone({ addresses: [outside], forwards: [forward] });
        const doors = { ip: outside, port: remote.port };
        const options = { data, hasSum: hasSum || protocol === TCP };
        const came = alone.in(datagram(protocol, remote, doors, options)) as Bytes;
        expect(came).toEqual(datagram(protocol, remote, inside, options));
        expect(alone.out(datagram(protocol, inside, remote, options))).toEqual(
          datagram(protocol, doors, remote, options),
        );
        for (const most of [28, 36, 548]) {
          // the address of who reports is translated, too (RFC 5508 REQ-5c)
          const error = icmpError(inside.ip, came, { most });
          const about = datagram(protocol, remote, doors, options);
          expect(alone.out(error)).toEqual(icmpError(outside, about, { most }));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('an answer whose message is nothing but zeros keeps the other zero as its checksum', () => {
    const alone = new NatAlone({ assignment: 'sequential', ports: { first: 0x1234, last: 0x1234 } });
    const asked = alone.out(echo(INSIDE[0]!, REMOTE[0]!, 0)) as Bytes;
    const came = alone.in(answerTo(asked));
    expect(typeof came).toBe('object');
    const zeros = echo(REMOTE[0]!, OUTSIDE, 0x1234, true, '');
    // sequence 1 becomes 0
    zeros[27] = 0;
    const sum = (zeros[22]! << 8) + zeros[23]! + 1;
    zeros[22] = sum >> 8;
    zeros[23] = sum;
    const back = alone.in(zeros) as Bytes;
    expect(sumsHold(back)).toBe(true);
    expect([...back.subarray(20)]).toEqual([0, 0, 0xff, 0xff, 0, 0, 0, 0]);
  });
});
