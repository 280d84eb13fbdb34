/** A server that gives and checks cookies, in the five cases of RFC 7873 §5.2 and in that of §5.4. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/engine/base/bytes.ts';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { MINUTE } from '../../../../src/engine/base/units.ts';
import { makeQuery } from '../../../../src/engine/proto/dns/message.ts';
import type { DnsTransport } from '../../../../src/engine/proto/dns/packet.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { OPTION, rcodeName, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { findOption } from '../../../../src/engine/wire/dns/edns.ts';
import { decodeDns, encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import { ednsOf, extendedRcode, optRecord } from '../../../../src/engine/wire/dns/message.ts';
import { chaicartZone } from '../small-internet.ts';

// RFC 9018 appendix A: the secret of A.1 and A.2, and when they were made
const SECRET = fromHex('e5e973e5a6b2a43f48e7dc849e37bfcf');
const A1 = 1_559_731_985;
const CLIENT = '2464c4abcf10c957';
const COOKIE_A1 = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';

interface Asked {
  readonly cookie?: string;
  readonly from?: string;
  readonly transport?: DnsTransport;
  readonly later?: number;
  readonly isAlone?: boolean;
}

function ask(server: Authority, asked: Asked): string {
  const { cookie, from = '198.51.100.100', transport = 'udp', later = 0, isAlone = false } = asked;
  const query = makeQuery(1, 'chaicart.example.', TYPE.A, false, undefined);
  const options = cookie === undefined ? [] : [{ code: OPTION.COOKIE, data: fromHex(cookie) }];
  const bytes = encodeDns({
    ...query,
    questions: isAlone ? [] : query.questions,
    additionals: [optRecord(1232, 0, options)],
  });
  const arrival = { transport, from: parseIp(from), port: 9, localPort: 53, bytes };
  const { response } = server.answer(arrival, later)!;
  if (!response) return 'nothing';
  const message = decodeDns(response);
  const data = findOption(ednsOf(message)!.options, OPTION.COOKIE);
  const tc = message.truncated ? ' tc' : '';
  return `${rcodeName(extendedRcode(message))}${tc} ${message.answers.length} ${data ? toHex(data) : '-'}`;
}

const options = { epochSeconds: A1, cookies: { secrets: [SECRET] as const } };

describe('a server with cookies', () => {
  const server = new Authority([chaicartZone], options);

  it('gives the cookie of RFC 9018 appendix A.1 to who sends a client cookie', () => {
    expect(ask(server, { cookie: CLIENT })).toBe(`NOERROR 1 ${COOKIE_A1}`);
    expect(ask(server, {})).toBe('NOERROR 1 -');
    expect(ask(new Authority([chaicartZone]), { cookie: CLIENT })).toBe('NOERROR 1 -');
  });

  it('copies a good one, renews it after half an hour, and takes it for an hour', () => {
    expect(ask(server, { cookie: COOKIE_A1 })).toBe(`NOERROR 1 ${COOKIE_A1}`);
    expect(ask(server, { cookie: COOKIE_A1, later: 29 * MINUTE })).toBe(`NOERROR 1 ${COOKIE_A1}`);
    expect(ask(server, { cookie: COOKIE_A1, later: 31 * MINUTE })).not.toContain(COOKIE_A1);
    const strict = new Authority([chaicartZone], {
      ...options,
      cookies: { secrets: [SECRET], required: true },
    });
    expect(ask(strict, { cookie: COOKIE_A1, later: 59 * MINUTE })).toMatch(/^NOERROR 1/);
    expect(ask(strict, { cookie: COOKIE_A1, later: 61 * MINUTE })).toMatch(/^BADCOOKIE 0/);
  });

  it('answers a bad one as if it were not there (§5.2.4), with a good one', () => {
    expect(ask(server, { cookie: `${COOKIE_A1.slice(0, -2)}00` })).toBe(`NOERROR 1 ${COOKIE_A1}`);
    expect(ask(server, { cookie: COOKIE_A1, from: '198.51.100.101' })).toMatch(/^NOERROR 1 2464c4abcf10c957/);
    expect(ask(server, { cookie: `${CLIENT}0102030405060708` })).toBe(`NOERROR 1 ${COOKIE_A1}`);
  });

  it('answers lengths that cannot be with FORMERR (§5.2.2)', () => {
    for (const length of [0, 7, 9, 15, 41])
      expect(ask(server, { cookie: '00'.repeat(length) }), String(length)).toBe('FORMERR 0 -');
  });

  it('answers a query for a cookie alone (§5.4)', () => {
    expect(ask(server, { cookie: CLIENT, isAlone: true })).toBe(`NOERROR 0 ${COOKIE_A1}`);
    expect(ask(server, { cookie: COOKIE_A1, isAlone: true })).toBe(`NOERROR 0 ${COOKIE_A1}`);
    expect(ask(server, { cookie: `${CLIENT}${'00'.repeat(16)}`, isAlone: true })).toBe(
      `BADCOOKIE 0 ${COOKIE_A1}`,
    );
    expect(ask(server, { isAlone: true })).toBe('FORMERR 0 -');
  });
});

it('where cookies are required, BADCOOKIE brings the one to come back with; TCP proves the address too', () => {
  const server = new Authority([chaicartZone], {
    ...options,
    cookies: { secrets: [SECRET], required: true },
  });
  expect(ask(server, { cookie: CLIENT })).toBe(`BADCOOKIE 0 ${COOKIE_A1}`);
  expect(ask(server, { cookie: COOKIE_A1 })).toBe(`NOERROR 1 ${COOKIE_A1}`);
  expect(ask(server, { cookie: CLIENT, transport: 'tcp' })).toBe(`NOERROR 1 ${COOKIE_A1}`);
  expect(ask(server, {})).toBe('NOERROR 1 -');
});

it('does not limit who shows a good cookie', () => {
  const server = new Authority([chaicartZone], { ...options, rate: { responsesPerSecond: 1, slip: 0 } });
  const three = (cookie: string): string[] => [1, 2, 3].map(() => ask(server, { cookie }).split(' ')[0]!);
  expect(three(CLIENT)).toEqual(['NOERROR', 'nothing', 'nothing']);
  expect(three(COOKIE_A1)).toEqual(['NOERROR', 'NOERROR', 'NOERROR']);
});

it('still takes cookies of the secret before', () => {
  const next = fromHex('445536bcd2513298075a5d379663c962');
  const strict = { secrets: [next, SECRET] as const, required: true };
  expect(ask(new Authority([chaicartZone], { ...options, cookies: strict }), { cookie: COOKIE_A1 })).toMatch(
    /^NOERROR 1/,
  );
});
