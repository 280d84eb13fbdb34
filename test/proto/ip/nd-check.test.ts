import { describe, expect, it } from 'vitest';
import { parseMac } from '../../../src/engine/base/address.ts';
import { ip6 } from '../../../src/engine/base/ip.ts';
import { ndFault } from '../../../src/engine/proto/ip/nd-check.ts';
import { solicitedNode } from '../../../src/engine/proto/ip/neighbours6.ts';
import type { Icmp6 } from '../../../src/engine/wire/icmp6.ts';
import { ND_SOURCE_MAC } from '../../../src/engine/wire/nd-option.ts';

const US = ip6('2001:db8::1');
const NEAR = ip6('fe80::1');
const CARD = [{ type: ND_SOURCE_MAC, value: parseMac('00:00:5e:00:53:01') }];
const [RS, RA, NS, NA] = [133, 134, 135, 136];

const fault = (type: number, from: string, to: string, body: object, code = 0): string | undefined =>
  ndFault({ type, code, checksum: 0, body } as unknown as Icmp6, ip6(from), ip6(to));

describe('what is believed', () => {
  it.each([
    ['a router that is asked for', RS, NEAR, 'ff02::2', { options: CARD }],
    ['by somebody without an address', RS, '::', 'ff02::2', { options: [] }],
    ['a router', RA, NEAR, 'ff02::1', { options: CARD }],
    ['a question', NS, NEAR, solicitedNode(US), { target: US, options: CARD }],
    ['a probe', NS, NEAR, US, { target: US, options: [] }],
    ['whether somebody has the address', NS, '::', solicitedNode(US), { target: US, options: [] }],
    ['an answer', NA, US, NEAR, { target: US, solicited: 1, options: [] }],
    ['an announcement', NA, US, 'ff02::1', { target: US, solicited: 0, options: [] }],
  ])('%s', (_, type, from, to, body) => {
    expect(fault(type!, from, to, body)).toBeUndefined();
    expect(fault(type!, from, to, body, 1)).toMatch(/code 1/);
  });
});

describe('what is not (RFC 4861 §6.1, §7.1)', () => {
  it.each([
    ['a card of nobody', RS, '::', 'ff02::2', { options: CARD }],
    ['a router from afar', RA, US, 'ff02::1', { options: [] }],
    ['a question about a group', NS, NEAR, solicitedNode(US), { target: ip6('ff02::1'), options: [] }],
    ['nobody asks one machine', NS, '::', US, { target: US, options: [] }],
    ['nobody asks all', NS, '::', 'ff02::1', { target: US, options: [] }],
    ['nobody has a card', NS, '::', solicitedNode(US), { target: US, options: CARD }],
    ['an answer about a group', NA, US, NEAR, { target: ip6('ff02::1'), solicited: 1, options: [] }],
    ['an answer to all', NA, US, 'ff02::1', { target: US, solicited: 1, options: [] }],
  ])('%s', (_, type, from, to, body) => {
    expect(fault(type!, from, to, body)).toBeTypeOf('string');
  });
});
