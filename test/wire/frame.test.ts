import { describe, expect, it } from 'vitest';
import { fromHex, fromLatin1 } from '../../src/engine/base/bytes.ts';
import { ip6, ip6Bytes } from '../../src/engine/base/ip.ts';
import type { Node } from '../../src/engine/wire/bits.ts';
import { checksumFault, decodeFrame, dissectFrame, layersOf } from '../../src/engine/wire/frame.ts';
import { fixIpv4Checksum, ipv4 } from '../../src/engine/wire/ipv4.ts';
import { tcpChecksum, tcpHeader } from '../../src/engine/wire/tcp.ts';
import { udp } from '../../src/engine/wire/udp.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { find, leaves, partitionFault } from './partition.ts';

const frames = Object.entries({ ...FRAMES, ...FRAMES6 }).map(([name, hex]) => [name, fromHex(hex)] as const);
const names = (bytes: Uint8Array): string[] => layersOf(bytes).map((layer) => layer.name);
const layerColours = (tree: Node): (string | undefined)[] => tree.children.map((child) => child.layer);

/** A copy of a captured frame with bytes changed. */
function changed(hex: string, change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = fromHex(hex);
  change(bytes);
  return bytes;
}

/** A captured TCP segment with another payload, lengths and checksums mended. */
function withPayload(hex: string, payload: string): Uint8Array {
  const head = fromHex(hex).subarray(0, 66);
  const bytes = new Uint8Array(66 + payload.length);
  bytes.set(head);
  bytes.set(fromLatin1(payload), 66);
  ipv4.set.totalLength(bytes, 14, bytes.length - 14);
  fixIpv4Checksum(bytes, 14);
  const sum = tcpChecksum(
    bytes,
    34,
    bytes.length - 34,
    ipv4.get.source(bytes, 14),
    ipv4.get.destination(bytes, 14),
  );
  tcpHeader.set.checksum(bytes, 34, sum);
  return bytes;
}

describe('frames that Linux sent', () => {
  it.each(frames)('%s is partitioned by its leaves, in a slab too', (_, bytes) => {
    const tree = dissectFrame(bytes);
    expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
    const slab = new Uint8Array(bytes.length + 100).fill(0xa5);
    slab.set(bytes, 37);
    expect(dissectFrame(slab, 37, 37 + bytes.length)).toEqual(tree);
  });

  it.each(frames)('%s has right checksums, labels, sentences and sections', (_, bytes) => {
    expect(checksumFault(bytes, layersOf(bytes))).toBeUndefined();
    for (const leaf of leaves(dissectFrame(bytes))) {
      expect(leaf.label).not.toBe('');
      expect(leaf.about).toMatch(/^[A-Z].*\.$/);
      expect(leaf.spec, leaf.label).toMatch(/^RFC \d+/);
    }
  });

  it('has the layers of the list', () => {
    expect(names(fromHex(FRAMES.arpRequest))).toEqual(['ethernet', 'arp']);
    expect(names(fromHex(FRAMES.dnsAnswer))).toEqual(['ethernet', 'ipv4', 'udp', 'dns']);
    expect(names(fromHex(FRAMES.portUnreachable))).toEqual(['ethernet', 'ipv4', 'icmp']);
    expect(names(fromHex(FRAMES.syn))).toEqual(['ethernet', 'ipv4', 'tcp']);
    expect(names(fromHex(FRAMES.get))).toEqual(['ethernet', 'ipv4', 'tcp', 'http']);
    expect(names(fromHex(FRAMES.udpToClosedPort))).toEqual(['ethernet', 'ipv4', 'udp', 'data']);
    expect(names(fromHex(FRAMES6.get6))).toEqual(['ethernet', 'ipv6', 'tcp', 'http']);
    expect(names(fromHex(FRAMES6.listenerReport))).toEqual(['ethernet', 'ipv6', 'hopByHop', 'icmp6']);
    expect(names(fromHex(FRAMES6.echoFragment1))).toEqual(['ethernet', 'ipv6', 'fragmentHeader', 'icmp6']);
    expect(names(fromHex(FRAMES6.echoFragment3))).toEqual(['ethernet', 'ipv6', 'fragmentHeader', 'fragment']);
    expect(names(fromHex(FRAMES6.nothing))).toEqual(['ethernet', 'ipv6']);
    expect(names(fromHex(FRAMES6.everyHeader))).toEqual([
      'ethernet',
      'ipv6',
      'hopByHop',
      'destinationOptions',
      'routing',
      'fragmentHeader',
      'udp',
      'data',
    ]);
    expect(layerColours(dissectFrame(fromHex(FRAMES6.dnsAnswer6)))).toEqual([
      'link',
      'ip',
      'transport',
      'dns',
    ]);
    expect(layerColours(dissectFrame(fromHex(FRAMES.get)))).toEqual(['link', 'ip', 'transport', 'http']);
    expect(layerColours(dissectFrame(fromHex(FRAMES.dnsQuery)))).toEqual(['link', 'ip', 'transport', 'dns']);
  });

  it('decodes each layer to values', () => {
    const answer = decodeFrame(fromHex(FRAMES.dnsAnswer));
    expect(answer.problem).toBeUndefined();
    expect(answer.udp).toMatchObject({ sourcePort: 53, destinationPort: 49731 });
    expect(answer.dns?.answers[0]).toMatchObject({ name: 'chaicart.example.', ttl: 300, data: 0xc0000250 });
    expect(answer.payload.length).toBe(50);
    const ok = decodeFrame(fromHex(FRAMES.ok));
    expect(ok.http?.response).toEqual({ version: '1.1', status: 200, reason: 'OK' });
    expect(ok.http?.fields.get('content-length')).toBe('6');
    expect(ok.http?.complete).toBe(true);
    expect(decodeFrame(fromHex(FRAMES.arpReply)).arp?.operation).toBe(2);
    expect(decodeFrame(fromHex(FRAMES.fragmentationNeeded)).icmp).toMatchObject({ type: 3, code: 4 });
    const answer6 = decodeFrame(fromHex(FRAMES6.dnsAnswer6));
    expect(answer6.ipv6).toMatchObject({ hopLimit: 63, nextHeader: 17, source: '2001:db8:2::80' });
    expect(answer6.dns?.answers[0]).toMatchObject({ type: 28, data: ip6Bytes(ip6('2001:db8:2::80')) });
    expect(decodeFrame(fromHex(FRAMES6.tooBig)).icmp6).toMatchObject({ type: 2, body: { mtu: 1280 } });
    expect(decodeFrame(fromHex(FRAMES6.echoFragment2)).fragmentHeader).toMatchObject({
      offset: 154,
      more: 1,
    });
  });

  it('puts DNS pointers where they point in the frame', () => {
    const tree = dissectFrame(fromHex(FRAMES.dnsAnswer));
    const pointer = find(tree, 'Compression pointer');
    expect(pointer.bitStart).toBe(76 * 8);
    expect(pointer.refers?.bitStart).toBe((42 + 12) * 8);
  });
});

describe('checksums', () => {
  it('are judged in words', () => {
    const tree = dissectFrame(fromHex(FRAMES.get));
    expect(find(tree, 'Header checksum').text).toBe('0x4cd8, correct');
    expect(find(tree, 'Checksum').text).toBe('0x5979, correct');
  });

  it.each([
    ['IPv4', FRAMES.get, 22],
    ['TCP', FRAMES.get, 100],
    ['UDP', FRAMES.dnsQuery, 70],
    ['ICMP', FRAMES.echoRequest, 50],
    ['TCP', FRAMES6.get6, 120],
    ['UDP', FRAMES6.dnsQuery6, 70],
    ['ICMPv6', FRAMES6.echoRequest6, 70],
    // the addresses are covered, too
    ['ICMPv6', FRAMES6.neighbourAdvertisement, 25],
    ['UDP', FRAMES6.everyHeader, 96],
  ] as const)('of %s tell a flipped bit, and what they should be', (of, hex, at) => {
    const good = fromHex(hex);
    const bad = changed(hex, (bytes) => (bytes[at]! ^= 0x10));
    expect(checksumFault(bad, layersOf(bad))).toBe(of);
    const problems = [dissectFrame(bad)].flatMap(leaves).filter((leaf) => leaf.problem);
    expect(problems).toHaveLength(1);
    expect(problems[0]!.text).toMatch(/^0x[0-9a-f]{4}, should be 0x[0-9a-f]{4}$/);
    expect(problems[0]!.problem).toContain(`the ${of} checksum is wrong`);
    expect(leaves(dissectFrame(good)).some((leaf) => leaf.problem)).toBe(false);
  });

  it('may be absent from UDP', () => {
    const none = changed(FRAMES.dnsQuery, (bytes) => udp.set.checksum(bytes, 34, 0));
    expect(find(find(dissectFrame(none), 'User Datagram Protocol'), 'Checksum').text).toBe('none');
    expect(checksumFault(none, layersOf(none))).toBeUndefined();
  });
});

describe('checksums over IPv6', () => {
  it('may not be absent from UDP', () => {
    const none = changed(FRAMES6.dnsQuery6, (bytes) => udp.set.checksum(bytes, 54, 0));
    const leaf = find(find(dissectFrame(none), 'User Datagram Protocol'), 'Checksum');
    expect(leaf.problem).toMatch(/UDP checksum is wrong: 0x0000/);
    expect(checksumFault(none, layersOf(none))).toBe('UDP');
  });

  it('are left alone in pieces, and while a route has nodes left', () => {
    for (const [hex, label, text] of [
      [
        FRAMES6.echoFragment1,
        'Internet Control Message Protocol, version 6',
        /not checked: a part is missing$/,
      ],
      [FRAMES6.fragment4First, 'Internet Control Message Protocol', /not checked: a part is missing$/],
      [FRAMES6.sourceRoute, 'User Datagram Protocol', /not checked: the last address stands in the route$/],
    ] as const) {
      const damaged = changed(hex, (bytes) => (bytes[bytes.length - 1]! ^= 1));
      expect(find(find(dissectFrame(damaged), label), 'Checksum').text).toMatch(text);
      expect(checksumFault(damaged, layersOf(damaged))).toBeUndefined();
    }
    expect(
      find(find(dissectFrame(fromHex(FRAMES6.everyHeader)), 'User Datagram Protocol'), 'Checksum').text,
    ).toMatch(/correct$/);
  });
});

describe('what is not whole', () => {
  it('says of every cut what is missing, and keeps the outer layers', () => {
    for (const [name, bytes] of frames) {
      for (let length = 0; length < bytes.length; length++) {
        const tree = dissectFrame(bytes, 0, length);
        expect(partitionFault(tree, length * 8), `${name} cut to ${length}`).toBeUndefined();
        const frame = decodeFrame(bytes, 0, length);
        expect(frame.problem, `${name} cut to ${length}`).toBeDefined();
        if (length >= 34 && bytes[13] === 0 && bytes[14] === 0x45) expect(frame.ipv4).toBeDefined();
      }
    }
  });

  it('leaves the outer layers alone when an inner one is malformed', () => {
    const options = changed(FRAMES.syn, (bytes) => (bytes[55] = 0));
    const frame = decodeFrame(options);
    expect([frame.ethernet, frame.ipv4].every(Boolean)).toBe(true);
    expect(frame.tcp).toBeUndefined();
    expect(frame.problem).toBeDefined();
    const dns = decodeFrame(fromHex(FRAMES.udpRecordRoute));
    expect(dns.udp?.destinationPort).toBe(53);
    expect([dns.dns, typeof dns.problem]).toEqual([undefined, 'string']);
    expect(dns.payload).toEqual(fromLatin1('opt'));
  });

  it.each([
    ['an IPv4 header of four words', (b: Uint8Array) => (b[14] = 0x44), /header of 16 bytes/],
    ['version 6 under the IPv4 type', (b: Uint8Array) => (b[14] = 0x65), /version 6/],
    ['a total length below the header', (b: Uint8Array) => (b[17] = 10), /total length of 10/],
    ['a total length beyond the frame', (b: Uint8Array) => (b[16] = 9), /truncated/],
    ['a UDP length beyond the datagram', (b: Uint8Array) => (b[38] = 9), /length of 2346 bytes/],
    ['a UDP length below its header', (b: Uint8Array) => (b[39] = 7), /length of 7 bytes/],
  ])('finds %s', (_, change, problem) => {
    const bytes = changed(FRAMES.dnsQuery, change);
    expect(decodeFrame(bytes).problem).toMatch(problem);
    expect(partitionFault(dissectFrame(bytes), bytes.length * 8)).toBeUndefined();
  });

  it.each([
    ['version 4 under the IPv6 type', (b: Uint8Array) => (b[14] = 0x45), /version 4 in an IPv6/],
    [
      'a payload beyond the frame',
      (b: Uint8Array) => (b[18] = 9),
      /truncated: a payload of 2346 bytes, 42 are/,
    ],
    ['options beyond the packet', (b: Uint8Array) => (b[20] = 0), /truncated: 42 bytes of a header of/],
  ])('finds %s, over IPv6', (_, change, problem) => {
    const bytes = changed(FRAMES6.dnsQuery6, change);
    expect(decodeFrame(bytes).problem).toMatch(problem);
    expect(partitionFault(dissectFrame(bytes), bytes.length * 8)).toBeUndefined();
  });

  it('finds a TCP header longer than its segment', () => {
    const bytes = changed(FRAMES.ack, (b) => (b[46] = 0xf0));
    expect(decodeFrame(bytes).problem).toBe('a header of 60 bytes where 32 are there');
    expect(partitionFault(dissectFrame(bytes), bytes.length * 8)).toBeUndefined();
  });

  it('takes what lies behind a datagram for padding, and behind a UDP length for surplus', () => {
    const padded = new Uint8Array(60);
    padded.set(fromHex(FRAMES.arpRequest));
    expect(names(padded)).toEqual(['ethernet', 'arp', 'padding']);
    expect(dissectFrame(padded).children[2]).toMatchObject({
      label: 'Padding',
      layer: 'link',
      bitLength: 18 * 8,
    });
    const short = new Uint8Array(60);
    short.set(fromHex(FRAMES.udpToClosedPort));
    expect(names(short)).toEqual(['ethernet', 'ipv4', 'udp', 'data', 'padding']);
    expect(decodeFrame(short).payload).toEqual(fromLatin1('hello'));
    const surplus = changed(FRAMES.udpToClosedPort, (b) => (b[39] = 11));
    expect(names(surplus)).toEqual(['ethernet', 'ipv4', 'udp', 'data', 'surplus']);
    expect(decodeFrame(surplus).payload).toEqual(fromLatin1('hel'));
  });

  it('does not look for headers in later fragments, nor for messages in cut ones', () => {
    const later = changed(FRAMES.dnsQuery, (b) => (b[21] = 10));
    expect(names(later)).toEqual(['ethernet', 'ipv4', 'fragment']);
    const first = changed(FRAMES.dnsQuery, (b) => {
      b[20] = 0x20;
      b[38] = 9;
      fixIpv4Checksum(b, 14);
    });
    expect(names(first)).toEqual(['ethernet', 'ipv4', 'udp', 'data']);
    expect(decodeFrame(first).problem).toBeUndefined();
    expect(checksumFault(first, layersOf(first))).toBeUndefined();
    expect(find(find(dissectFrame(first), 'User Datagram Protocol'), 'Checksum').text).toMatch(/not checked/);
  });

  it('keeps other types and protocols as data', () => {
    const unknown = changed(FRAMES.dnsQuery, (b) => (b[12] = 0x86));
    expect(names(unknown)).toEqual(['ethernet', 'data']);
    // each family has its own ICMP, and the other's means nothing in it
    expect(names(changed(FRAMES.echoRequest, (b) => (b[23] = 58)))).toEqual(['ethernet', 'ipv4', 'data']);
    expect(names(changed(FRAMES6.echoRequest6, (b) => (b[20] = 1)))).toEqual(['ethernet', 'ipv6', 'data']);
    expect(names(fromHex(FRAMES6.unknownProtocol))).toEqual(['ethernet', 'ipv6', 'data']);
    const other = changed(FRAMES.dnsQuery, (b) => (b[23] = 132));
    expect(names(other)).toEqual(['ethernet', 'ipv4', 'data']);
  });
});

describe('HTTP in one segment', () => {
  it('reads a head that goes on elsewhere', () => {
    const bytes = withPayload(FRAMES.get, 'GET /menu.json HTTP/1.1\r\nHost: chaicart.example\r\nUser-Ag');
    const { http, problem } = decodeFrame(bytes);
    expect(problem).toBeUndefined();
    expect(http?.request).toEqual({ method: 'GET', target: '/menu.json', version: '1.1' });
    expect([http?.complete, http?.fields.size]).toEqual([false, 1]);
    const tree = dissectFrame(bytes);
    expect(find(tree, 'Head, cut here').bitLength).toBe(7 * 8);
    expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
    expect(checksumFault(bytes, layersOf(bytes))).toBeUndefined();
  });

  it('takes other bytes on the port for the middle of a message', () => {
    const bytes = withPayload(FRAMES.ok, 'then steep for four minutes\r\n');
    expect(names(bytes)).toEqual(['ethernet', 'ipv4', 'tcp', 'httpData']);
    expect(dissectFrame(bytes).children[3]).toMatchObject({ label: 'HTTP, continued', layer: 'http' });
  });

  it('shows a malformed head as far as it goes', () => {
    const bytes = withPayload(FRAMES.get, 'GET / HTTP/1.1\r\nHost chaicart.example\r\n\r\n');
    const tree = dissectFrame(bytes);
    expect(tree.children[3]!.problem).toContain('colon');
    expect(find(tree, 'Method').text).toBe('GET');
    expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
    expect(decodeFrame(bytes).problem).toContain('colon');
  });

  it.each([
    'HTTP/1.1 204 No Content\r\n\r\n',
    'HTTP/1.1 200\r\n\r\n',
    'HTTP/1.1 200 \r\n\r\nbody',
    'GET / HTTP/1.1\r\n\r\n',
    'HTTP/1.1 ',
    'PUT /x',
    'HTTP/1.1 2x0 OK\r\n\r\n',
  ])('partitions %j', (payload) => {
    const bytes = withPayload(FRAMES.get, payload);
    expect(names(bytes).at(-1)).toBe('http');
    expect(partitionFault(dissectFrame(bytes), bytes.length * 8)).toBeUndefined();
  });
});

describe('DNS over TCP', () => {
  it('reads a message behind its length when the segment holds exactly one (RFC 1035 §4.2.2)', () => {
    const message = String.fromCharCode(...fromHex(FRAMES.dnsQuery).subarray(42));
    const framed = withPayload(FRAMES.get, `\0${String.fromCharCode(message.length)}${message}`);
    framed[37] = 53;
    expect(names(framed)).toEqual(['ethernet', 'ipv4', 'tcp', 'dnsLength', 'dns']);
    expect(decodeFrame(framed).dns?.id).toBe(0x8d21);
    expect(dissectFrame(framed).children[3]).toMatchObject({ text: '34 bytes', value: 34, layer: 'dns' });
    framed[67] = 33;
    expect(names(framed)).toEqual(['ethernet', 'ipv4', 'tcp', 'data']);
  });
});
