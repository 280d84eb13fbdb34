/** What makes forging hard, and what a resolver without it believes: RFC 5452, RFC 7873, letters of random case. */
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { MILLISECOND } from '../../../../src/engine/base/units.ts';
import { DNS_PORT } from '../../../../src/engine/proto/dns/message.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { OPTION, RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, ednsOf, optRecord } from '../../../../src/engine/wire/dns/message.ts';
import { parseRecord, recordText } from '../../../../src/engine/wire/dns/text.ts';
import { CLIENT, type Responder, served, twisted } from '../script.ts';
import { chaicartZone, NS1, NS2, ROOT, rootZone, smallInternet } from '../small-internet.ts';

const answers = (message: DnsMessage | undefined): string[] => (message?.answers ?? []).map(recordText);
const right = ['chaicart.example. 300 IN A 192.0.2.80'];
const root = new Authority([rootZone]);
const chaicart = new Authority([chaicartZone]);
const cookieOf = (message: DnsMessage): Uint8Array | undefined =>
  ednsOf(message)?.options.find(({ code }) => code === OPTION.COOKIE)?.data;

/** The root with a cookie of its own; `change` makes another one of the right one. */
function withCookie(
  seen: (Uint8Array | undefined)[],
  change = (cookie: Uint8Array): Uint8Array | undefined => cookie,
): Responder {
  return (query, now, sent) => {
    const given = cookieOf(query);
    seen.push(given);
    const plain = decodeDns(served(root, { ...sent, bytes: encodeDns({ ...query, additionals: [] }) }, now)!);
    const cookie = given && change(Uint8Array.from([...given.subarray(0, 8), 9, 9, 9, 9, 9, 9, 9, 9]));
    const options = cookie ? [{ code: OPTION.COOKIE, data: cookie }] : [];
    return { ...plain, additionals: [...plain.additionals, optRecord(1232, 0, options)] };
  };
}

describe('cookies (RFC 7873)', () => {
  it('are eight bytes at first, and come back with what the server gave', () => {
    const script = smallInternet(1, { cookies: true });
    const seen: (Uint8Array | undefined)[] = [];
    script.server(ROOT, 0, withCookie(seen));
    script.client('x.nobody.', TYPE.A);
    script.client('y.nowhere.', TYPE.A);
    expect(seen[0]).toHaveLength(8);
    expect(seen[1]).toEqual(Uint8Array.from([...seen[0]!, 9, 9, 9, 9, 9, 9, 9, 9]));
    expect(script.machine.servers.rows(script.now).find((row) => row.server === ROOT)!.cookie).toBe(true);
  });

  it('are others for other servers', () => {
    const script = smallInternet(1, { cookies: true });
    const seen: (Uint8Array | undefined)[] = [];
    for (const address of [ROOT, '198.51.100.2'])
      script.server(address, 0, (query) => {
        seen.push(cookieOf(query));
        return { ...query, response: true, rcode: RCODE.REFUSED };
      });
    script.client('chaicart.example.', TYPE.A);
    script.server(ROOT, 0, root);
    script.pass(6e9);
    script.client('chaicart.example.', TYPE.A);
    const different = new Set(seen.map(String));
    expect([different.size, seen.every((cookie) => cookie?.length === 8)]).toEqual([2, true]);
  });

  it('are not sent for a while to a server that has none, and others then (RFC 9018 §3)', () => {
    const script = smallInternet(1, { cookies: true });
    const seen: (Uint8Array | undefined)[] = [];
    script.server(
      ROOT,
      0,
      withCookie(seen, () => undefined),
    );
    script.client('a.one.', TYPE.A);
    script.client('b.two.', TYPE.A);
    const without = seen.length;
    expect(seen.map((cookie) => cookie?.length)).toEqual([8, ...Array(without - 1).fill(undefined)]);
    script.pass(301e9);
    script.client('c.three.', TYPE.A);
    expect(without).toBeGreaterThan(1);
    expect(seen[without]).toHaveLength(8);
    expect(seen[without]).not.toEqual(seen[0]);
  });

  it('of somebody else are ignored (§5.3)', () => {
    const script = smallInternet(1, { cookies: true });
    script.server(
      ROOT,
      0,
      withCookie([], (cookie) => cookie.map((byte) => byte ^ 1)),
    );
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.all('dns.resolver.ignore')[0]!.reason).toBe('its cookie is not the one that was sent');
  });

  it('that are missing where one was known make the answer worthless; TCP tells what is true (§5.3)', () => {
    const script = smallInternet(1, { cookies: true });
    script.server(ROOT, 0, withCookie([]));
    script.client('nobody.', TYPE.A);
    script.server(
      ROOT,
      0,
      withCookie([], () => undefined),
    );
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual(right);
    expect(script.all('dns.resolver.ignore')[0]!.reason).toBe(
      'its cookie is missing, and this server had one',
    );
    expect(script.sent[2]).toMatch(/example. A tcp$/);
    script.client('nobody.else.', TYPE.A);
    expect(script.sent.at(-1)).not.toMatch(/tcp/); // it has none any more: nobody can forge TCP
  });

  it('that are refused are sent again with the new one, and TCP after that', () => {
    const script = smallInternet(1, { cookies: true });
    let refused = 0;
    const strict: Responder = (query, now, sent) => {
      const given = cookieOf(query)!;
      const isGood = given.length === 16 || sent.transport === 'tcp';
      if (isGood) return withCookie([])(query, now, sent);
      refused += 1;
      const data = Uint8Array.from([...given.subarray(0, 8), 9, 9, 9, 9, 9, 9, 9, 9]);
      const opt = optRecord(1232, RCODE.BADCOOKIE >> 4, [{ code: OPTION.COOKIE, data }]);
      return { ...query, response: true, rcode: RCODE.BADCOOKIE & 15, additionals: [opt] };
    };
    script.server(ROOT, 0, strict);
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual(right);
    expect(refused).toBe(1);
    expect(script.sent.slice(0, 2)).toEqual([`0 ${ROOT} example. A`, `0 ${ROOT} example. A`]);
  });
});

describe('letters of random case', () => {
  it('come back in the answer; who answers in others is asked over TCP', () => {
    const script = smallInternet(3, { caseRandom: true });
    const names: string[] = [];
    script.server(ROOT, 0, (query, now, sent) => {
      names.push(query.questions[0]!.name);
      return served(root, sent, now);
    });
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual(right);
    expect(names[0]).not.toBe('example.');
    expect(names[0]!.toLowerCase()).toBe('example.');

    const lower = smallInternet(3, { caseRandom: true });
    lower.server(
      ROOT,
      0,
      twisted(root, (response) => ({
        ...response,
        questions: response.questions.map((one) => ({ ...one, name: one.name.toLowerCase() })),
      })),
    );
    expect(answers(lower.client('chaicart.example.', TYPE.A))).toEqual(right);
    expect(lower.sent[1]).toMatch(/tcp$/);
    expect(lower.all('dns.resolver.ignore')[0]!.reason).toMatch(/in other letters/);
    lower.client('nobody.', TYPE.A);
    expect(lower.sent.at(-1)).not.toMatch(/tcp$/);
  });
});

describe('a resolver of the 1990s', () => {
  it('counts its IDs, and sends from one port', () => {
    const script = smallInternet(1, { ids: 'sequential', ports: { fixed: 5353 } });
    script.client('chaicart.example.', TYPE.A);
    expect(script.all('dns.resolver.ask').map(({ id, localPort }) => [id, localPort])).toEqual([
      [1, 5353],
      [2, 5353],
      [3, 5353],
    ]);
    expect(script.machine.ports()).toEqual([]);
  });

  it('believes what nobody asked about, and tells it on', () => {
    for (const credulous of [true, false]) {
      const script = smallInternet(1, { credulous });
      for (const server of [NS1, NS2])
        script.server(
          server,
          0,
          twisted(chaicart, (response) => ({
            ...response,
            additionals: [
              parseRecord('www.bank.example.', 9_999, 'A', '203.0.113.66'),
              ...response.additionals,
            ],
          })),
        );
      script.client('chaicart.example.', TYPE.A);
      const poisoned = answers(script.client('www.bank.example.', TYPE.A));
      expect(poisoned).toEqual(credulous ? ['www.bank.example. 9999 IN A 203.0.113.66'] : []);
    }
  });

  it('asks the same many times at once: more to guess for a forger (RFC 5452 §5)', () => {
    for (const joinQuestions of [true, false]) {
      const script = smallInternet(1, { joinQuestions, minimise: 'off' });
      script.server(ROOT, 40 * MILLISECOND, () => undefined);
      for (let i = 0; i < 10; i++)
        script.inject({
          transport: 'udp',
          from: CLIENT,
          port: 5_000 + i,
          localPort: DNS_PORT,
          bytes: encodeDns({
            ...decodeDns(encodeDns(query('chaicart.example.', i))),
          }),
        });
      expect(script.sent).toHaveLength(joinQuestions ? 1 : 10);
      expect(new Set(script.machine.ports()).size).toBe(joinQuestions ? 1 : 10);
    }
  });
});

describe('a forged answer', () => {
  it('that knows everything is believed: the odds are all that protects', () => {
    const script = smallInternet(1, { ids: 'sequential', ports: { fixed: 5353 }, minimise: 'off' });
    script.server(ROOT, 40 * MILLISECOND, () => undefined);
    script.at(MILLISECOND, () => {
      const forged = encodeDns({
        ...query('chaicart.example.', 1),
        response: true,
        authoritative: true,
        additionals: [],
        answers: [parseRecord('chaicart.example.', 9_999, 'A', '203.0.113.66')],
      });
      const at = { transport: 'udp' as const, from: parseIp(ROOT), port: DNS_PORT, localPort: 5353 };
      script.machine.handle({ ...at, bytes: forged }, MILLISECOND);
    });
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual([
      'chaicart.example. 9999 IN A 203.0.113.66',
    ]);
  });
});

function query(name: string, id: number): DnsMessage {
  return {
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: 0,
    questions: [{ name, type: TYPE.A, class: 1 }],
    answers: [],
    authorities: [],
    additionals: [],
  };
}
