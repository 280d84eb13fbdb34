import { describe, expect, it } from 'vitest';
import { fromHex, fromUtf8, toHex } from '../../../src/engine/base/bytes.ts';
import { Malformed, Misuse } from '../../../src/engine/base/errors.ts';
import { type Ip, parseIp } from '../../../src/engine/base/ip.ts';
import { extendedErrorName, OPTION } from '../../../src/engine/wire/dns/code.ts';
import * as edns from '../../../src/engine/wire/dns/edns.ts';
import { encodeDns } from '../../../src/engine/wire/dns/fast.ts';
import { dnsMessage, type EdnsOption, optRecord } from '../../../src/engine/wire/dns/message.ts';
import { checkServerCookie, makeServerCookie } from '../../../src/engine/wire/dns/server-cookie.ts';
import { leaves, partitionFault } from '../partition.ts';

const text = (option: EdnsOption): string => edns.optionText(option);
const hex = (option: EdnsOption): string => toHex(option.data);

describe('server cookies: RFC 9018 appendix A', () => {
  const secret = fromHex('e5e973e5a6b2a43f48e7dc849e37bfcf');
  const check = (option: string, from: Ip, seconds: number, secrets = [secret]) =>
    checkServerCookie(edns.readCookie(fromHex(option)), from, seconds, secrets);

  it.each([
    [
      'A.1',
      '198.51.100.100',
      1559731985,
      'e5e973e5a6b2a43f48e7dc849e37bfcf',
      '2464c4abcf10c957010000005cf79f111f8130c3eee29480',
    ],
    [
      'A.2',
      '198.51.100.100',
      1559734385,
      'e5e973e5a6b2a43f48e7dc849e37bfcf',
      '2464c4abcf10c957010000005cf7a871d4a564a1442aca77',
    ],
    [
      'A.3',
      '203.0.113.203',
      1559734700,
      'e5e973e5a6b2a43f48e7dc849e37bfcf',
      'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e',
    ],
    [
      'A.4',
      '2001:db8:220:1:59de:d0f4:8769:82b8',
      1559741961,
      '445536bcd2513298075a5d379663c962',
      '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
    ],
  ])('%s: what the server returns', (_, address, seconds, key, option) => {
    const client = fromHex(option.slice(0, 16));
    const made = makeServerCookie(client, parseIp(address), seconds, fromHex(key));
    expect(hex(edns.cookieOption(client, made))).toBe(option);
    expect(check(option, parseIp(address), seconds, [fromHex(key)])).toMatchObject({
      good: true,
      renew: false,
    });
  });

  it('A.2: 40 minutes later it still counts, and a new one is due', () => {
    const old = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';
    expect(check(old, parseIp('198.51.100.100'), 1559734385)).toMatchObject({ good: true, renew: true });
    expect(check(old, parseIp('198.51.100.100'), 1559731985 + 3601)).toMatchObject({ good: false });
    expect(check(old, parseIp('198.51.100.100'), 1559731985 - 301)).toMatchObject({ good: false });
    expect(check(old, parseIp('198.51.100.101'), 1559731985)).toMatchObject({ good: false });
  });

  it('A.3: reserved bytes that are set are hashed as they are', () => {
    const sent = 'fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5';
    expect(check(sent, parseIp('203.0.113.203'), 1559728000)).toMatchObject({ good: true });
  });

  it('A.4: an earlier secret still counts', () => {
    const sent = '22681ab97d52c298010000005cf7c57926556bd0934c72f8';
    const from = parseIp('2001:db8:220:1:59de:d0f4:8769:82b8');
    const secrets = ['445536bcd2513298075a5d379663c962', 'dd3bdf9344b678b185a6f5cb60fca715'].map(fromHex);
    expect(check(sent, from, 1559741961, secrets)).toMatchObject({ good: true });
    expect(check(sent, from, 1559741961, secrets.slice(0, 1))).toMatchObject({ good: false });
  });

  it('a cookie without a server’s part, of another version or length, is none', () => {
    expect(check('2464c4abcf10c957', parseIp('198.51.100.100'), 0)).toMatchObject({ good: false });
    expect(check(`2464c4abcf10c957${'02'.repeat(16)}`, parseIp('198.51.100.100'), 0)).toMatchObject({
      good: false,
    });
    expect(check(`2464c4abcf10c957${'01'.repeat(20)}`, parseIp('198.51.100.100'), 0)).toMatchObject({
      good: false,
    });
  });
});

describe('options', () => {
  it('cookies have 8, or 16 to 40 bytes', () => {
    const client = fromHex('2464c4abcf10c957');
    expect(edns.readCookie(client)).toEqual({ client, server: undefined });
    for (const length of [0, 7, 9, 15, 41])
      expect(() => edns.readCookie(new Uint8Array(length))).toThrow(Malformed);
    for (const length of [8, 16, 40]) edns.readCookie(new Uint8Array(length));
    expect(() => edns.cookieOption(client, new Uint8Array(7))).toThrow(Misuse);
  });

  it('extended errors have a name, and text for people', () => {
    expect(text(edns.extendedErrorOption(3))).toBe('EDE 3 Stale Answer');
    expect(text(edns.extendedErrorOption(22, 'Zone läuft nicht'))).toBe(
      'EDE 22 No Reachable Authority: “Zone läuft nicht”',
    );
    expect(text(edns.extendedErrorOption(0, '\x1b[2J'))).toBe('EDE 0 Other: “\\027[2J”');
    expect(text(edns.extendedErrorOption(4711))).toBe('EDE 4711');
    expect(extendedErrorName(24)).toBe('Invalid Data');
    expect(edns.readExtendedError(fromHex('0003616200'))).toEqual({ code: 3, text: 'ab' });
    expect(edns.extendedErrors([{ code: 15, data: fromHex('00') }, edns.extendedErrorOption(19)])).toEqual([
      { code: 19, text: '' },
    ]);
  });

  it('a client subnet carries no bit behind its prefix', () => {
    // RFC 7871 §6: as many bytes as the prefix needs, the rest zero
    expect(hex(edns.clientSubnetOption(parseIp('192.0.2.255'), 20))).toBe('00011400c00000');
    expect(hex(edns.clientSubnetOption(parseIp('192.0.2.255'), 24, 16))).toBe('00011810c00002');
    expect(text(edns.clientSubnetOption(parseIp('2001:db8:1:2ff::1'), 56))).toBe('ECS 2001:db8:1:200::/56/0');
    expect(edns.subnetAddress(edns.readClientSubnet(fromHex('00011400c00000')))).toBe(parseIp('192.0.0.0'));
    expect(text({ code: 8, data: fromHex('00000000') })).toBe('ECS 0/0/0');
    for (const bad of [
      '',
      '000118',
      '00011800c000',
      '00011800c0000201',
      '00012100c000020000',
      '00031800c00002',
      '00011400c00001',
    ])
      expect(() => edns.readClientSubnet(fromHex(bad)), bad).toThrow(Malformed);
  });

  it('padding fills up to a block, and no further than the message may be', () => {
    for (const length of [12, 123, 124, 125, 128, 400]) {
      const option = edns.paddingOption(length, edns.QUERY_BLOCK)!;
      expect((length + 4 + option.data.length) % 128).toBe(0);
      expect(option.data.length).toBeLessThan(128);
    }
    expect(edns.paddingOption(1000, edns.RESPONSE_BLOCK, 1232)?.data.length).toBe(1232 - 1004);
    expect(edns.paddingOption(1230, edns.RESPONSE_BLOCK, 1232)).toBeUndefined();
  });

  it('keepalive counts tenths of a second; a report channel is a name in full', () => {
    expect(text(edns.keepaliveOption(300))).toBe('KEEPALIVE 30 s');
    expect(text(edns.keepaliveOption())).toBe('KEEPALIVE');
    expect(() => edns.readKeepalive(fromHex('00'))).toThrow(Malformed);
    const channel = edns.reportChannelOption('agent.example.');
    expect(hex(channel)).toBe('056167656e74076578616d706c6500');
    expect(edns.readReportChannel(channel.data)).toBe('agent.example.');
    for (const bad of ['', '05616765', '0161', '00ff', 'c00c', `${`3f${'61'.repeat(63)}`.repeat(4)}00`])
      expect(() => edns.readReportChannel(fromHex(bad)), bad).toThrow(Malformed);
  });

  it('are said in words, bad ones as bytes with what is wrong', () => {
    expect(text(edns.nsidOption(fromUtf8('ns1')))).toBe('NSID “ns1”');
    expect(text({ code: OPTION.EXPIRE, data: fromHex('00015180') })).toBe('EXPIRE 86400 s');
    expect(text({ code: 65001, data: fromHex('00ff') })).toBe('OPT65001 00ff');
    expect(text({ code: 10, data: fromHex('00ff') })).toMatch(/^COOKIE 00ff \(a cookie of 2 bytes/);
    expect(edns.findOption([edns.keepaliveOption(1)], OPTION.KEEPALIVE)).toEqual(fromHex('0001'));
    expect(edns.findOption(undefined, OPTION.KEEPALIVE)).toBeUndefined();
  });

  it('are taken apart in a dissection; a bad one spoils only itself', () => {
    const bytes = encodeDns({
      id: 1,
      response: true,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: false,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [],
      answers: [],
      authorities: [],
      additionals: [
        optRecord(1232, 0, [
          edns.extendedErrorOption(3, 'old'),
          edns.clientSubnetOption(parseIp('192.0.2.1'), 24),
          edns.cookieOption(fromHex('2464c4abcf10c957'), new Uint8Array(16)),
          { code: OPTION.COOKIE, data: fromHex('0102') },
          edns.keepaliveOption(300),
          edns.reportChannelOption('agent.example.'),
        ]),
      ],
    });
    const tree = dnsMessage.dissect(bytes);
    expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
    expect(tree.problem).toBeUndefined();
    const shown = leaves(tree).map((leaf) => `${leaf.label}: ${leaf.text}`);
    for (const line of [
      'Info code: Stale Answer (3)',
      'Extra text: “old”',
      'Source prefix length: 24 bits',
      'Client cookie: 2464c4abcf10c957',
      'Cookie: 01 02 (not in its format)',
      'Keepalive: 30 s',
    ])
      expect(shown).toContain(line);
    for (const leaf of leaves(tree)) expect(leaf.spec).toMatch(/^RFC \d+ §[\d.]+$/);
  });
});
