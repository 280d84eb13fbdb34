/**
 * The stub resolver before servers that do what they like: every lookup ends, once, within the time that resolv.conf
 * allows, with nothing left open, and never with an address that no server gave.
 */
import { expect, it } from 'vitest';
import { formatIp, parseIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { MILLISECOND, NEVER, SECOND } from '../../src/engine/base/units.ts';
import { DEFAULT_RESOLV_CONF, type ResolvConf } from '../../src/engine/proto/dns/stub/resolv-conf.ts';
import { StubResolver, type StubResult } from '../../src/engine/proto/dns/stub/stub.ts';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsMessage } from '../../src/engine/wire/dns/message.ts';
import { dataText, parseRecord } from '../../src/engine/wire/dns/text.ts';
import { type Responder, Script } from '../proto/dns/script.ts';

const RUNS = process.env['CI'] ? 3_000 : 300;
const SERVERS = ['192.0.2.1', '2001:db8::2', '192.0.2.3'];
const NAMES = ['shop', 'shop.example', 'a.b.c', 'deep.shop.example.', 'x'];

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

/** A server that draws what it does anew for each question; what it gave is noted. */
function moody(random: Random, given: Set<string>): Responder {
  return (query, _, sent) => {
    const { name, type } = query.questions[0]!;
    const response: DnsMessage = { ...query, response: true, recursionAvailable: true, additionals: [] };
    const last = random.below(250) + 1;
    const address = type === TYPE.A ? `203.0.113.${last}` : `2001:db8::${last}`;
    const kind = type === TYPE.A ? 'A' : type === TYPE.AAAA ? 'AAAA' : undefined;
    switch (random.below(12)) {
      case 0:
        return undefined;
      case 1:
        return 'refused';
      case 2:
        return { ...response, rcode: random.below(16) };
      case 3:
        return { ...response, truncated: sent.transport === 'udp' };
      case 4:
        return encodeDns(response).subarray(0, random.below(40));
      case 5:
        return { ...response, id: query.id ^ 1, answers: kind ? [parseRecord(name, 9, kind, address)] : [] };
      case 6:
        return { ...response, questions: [{ name: 'evil.example.', type, class: 1 }] };
      case 7:
        return { ...response, answers: [parseRecord(name, 9, 'CNAME', name)] };
      case 8:
        return { ...response, rcode: 3 };
      default:
        if (!kind) return response;
        given.add(address);
        return { ...response, answers: [parseRecord(name, 9, kind, address)] };
    }
  };
}

it(`ends, says what it was told, and lets go of everything: ${RUNS} seeds`, () => {
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = new Random(seed);
    const conf: ResolvConf = {
      ...DEFAULT_RESOLV_CONF,
      servers: SERVERS.slice(0, 1 + random.below(3)).map(parseIp),
      search: pick(random, [[], ['example'], ['one.example', '.', 'example']]),
      ndots: random.below(3),
      attempts: 1 + random.below(3),
      timeout: (1 + random.below(5)) * SECOND,
      rotate: random.below(2) === 0,
      edns0: random.below(2) === 0,
      useTcp: random.below(6) === 0,
      pairing: pick(random, ['parallel', 'single-request', 'single-request-reopen'] as const),
    };
    const stub = new StubResolver({ ...conf, random: new Random(seed + 1), caching: random.below(2) === 0 });
    const script = new Script(stub);
    const given = new Set<string>();
    for (const server of SERVERS)
      script.server(server, random.below(1500) * MILLISECOND, moody(random, given));
    const asked = Array.from({ length: 1 + random.below(4) }, () => {
      const name = pick(random, NAMES);
      return random.below(3) === 0
        ? stub.query(name, pick(random, [TYPE.A, TYPE.AAAA, TYPE.MX]), 0)
        : stub.lookup(name, pick(random, [[4], [6], [4, 6]] as const), 0);
    });
    script.drain();
    script.run();
    const results: StubResult[] = [];
    for (let result = stub.pollResult(); result; result = stub.pollResult()) results.push(result);
    const about = `seed ${seed}`;
    expect(
      results.map(({ handle }) => handle).sort((a, b) => a - b),
      about,
    ).toEqual(asked);
    expect([stub.ports(), stub.exchanges(), stub.pollTimeout()], about).toEqual([[], [], NEVER]);
    // at most five names, three ways to ask a server, ten times the longest wait for each round
    expect(script.now, about).toBeLessThanOrEqual(5 * 3 * 3 * 10 * 5 * SECOND);
    for (const { answers, error, types } of results) {
      const addresses = answers.filter(({ type }) => type === TYPE.A || type === TYPE.AAAA).map(dataText);
      for (const address of addresses) expect(given, about).toContain(formatIp(parseIp(address)));
      expect(error === undefined, about).toBe(answers.some(({ type }) => types.includes(type)));
    }
  }
});
