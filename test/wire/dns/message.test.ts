import dnsPacket from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromHex, toHex } from '../../../src/engine/base/bytes.ts';
import { Malformed } from '../../../src/engine/base/errors.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { Cursor } from '../../../src/engine/wire/bits.ts';
import { RCODE, rcodeName, TYPE, typeName } from '../../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../src/engine/wire/dns/fast.ts';
import {
  type DnsMessage,
  decodeDeclared,
  dnsMessage,
  ednsOf,
  encodeDeclared,
  extendedRcode,
} from '../../../src/engine/wire/dns/message.ts';
import { domainName } from '../../../src/engine/wire/dns/name.ts';
import { parseRecord, questionText, recordText } from '../../../src/engine/wire/dns/text.ts';
import * as vectors from '../../vectors/dns.ts';
import { leaves, partitionFault } from '../partition.ts';
import { dnsMessageArbitrary, dnsRecord, KNOWN_TYPES, recordOfType } from './arbitrary.ts';

/** What both decoders make of some bytes: equal values, or Malformed from both. */
function decodeBoth(bytes: Uint8Array): DnsMessage | undefined {
  const attempt = (decode: (bytes: Uint8Array) => DnsMessage): DnsMessage | undefined => {
    try {
      return decode(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(Malformed);
      return undefined;
    }
  };
  const fast = attempt(decodeDns);
  expect(fast).toEqual(attempt(decodeDeclared));
  return fast;
}

function expectPartition(bytes: Uint8Array): void {
  expect(partitionFault(dnsMessage.dissect(bytes), bytes.length * 8)).toBeUndefined();
}

describe('DNS messages as bytes', () => {
  it('reads a query with EDNS', () => {
    const message = decodeBoth(vectors.query)!;
    expect(message).toMatchObject({
      id: 0x1234,
      response: false,
      recursionDesired: true,
      questions: [{ name: 'chaicart.example.', type: 1, class: 1 }],
    });
    expect(ednsOf(message)).toEqual({
      udpSize: 1232,
      extendedRcode: 0,
      version: 0,
      dnssecOk: false,
      options: [],
    });
    expect(questionText(message.questions[0]!)).toBe('chaicart.example. IN A');
    expect(toHex(encodeDns(message))).toBe(toHex(vectors.query));
  });

  it.each([
    ['answer', ['chaicart.example. 300 IN A 192.0.2.80', '. 0 CLASS1232 OPT']],
    [
      'referral',
      ['chaicart.example. 86400 IN NS ns1.chaicart.example.', 'ns1.chaicart.example. 86400 IN A 192.0.2.53'],
    ],
    [
      'nxdomain',
      [
        'chaicart.example. 3600 IN SOA ns1.chaicart.example. hostmaster.chaicart.example. 1 7200 900 604800 60',
      ],
    ],
  ] as const)('reads %s and writes the same bytes again', (name, lines) => {
    const bytes =
      name === 'answer' ? vectors.answer : name === 'referral' ? vectors.referral : vectors.nxdomain;
    const message = decodeBoth(bytes)!;
    expect([...message.answers, ...message.authorities, ...message.additionals].map(recordText)).toEqual(
      lines,
    );
    expect(toHex(encodeDns(message))).toBe(toHex(bytes));
    expect(toHex(encodeDeclared(message))).toBe(toHex(bytes));
  });

  it('reads the names in the drawing of RFC 1035 §4.1.4', () => {
    const codec = domainName('Name', 'RFC 1035 §4.1.4', 'A name.');
    for (const [at, name] of Object.entries(vectors.figureNames)) {
      const cursor = new Cursor(vectors.figure, 0, vectors.figure.length);
      cursor.bit = Number(at) * 8;
      expect(codec.read(cursor, { values: {}, start: 0, parent: undefined })).toBe(name);
    }
  });

  it('joins the response code of header and OPT', () => {
    const bytes = fromHex('0001 8000 0000 0000 0000 0001 00 0029 04d0 01000000 0000');
    expect(rcodeName(extendedRcode(decodeBoth(bytes)!))).toBe('BADVERS');
    expect(RCODE.BADVERS).toBe(16);
  });

  it('names what it does not know', () => {
    expect(typeName(65280)).toBe('TYPE65280');
    expect(rcodeName(24)).toBe('RCODE24');
    const record = parseRecord('x.example.', 1, 'TYPE65280', '\\# 3 010203');
    expect(recordText(record)).toBe('x.example. 1 IN TYPE65280 \\# 3 010203');
  });
});

describe('dissection', () => {
  it('shows a compressed owner with the bytes it points to', () => {
    const pointer = leaves(dnsMessage.dissect(vectors.answer)).find((leaf) => leaf.refers)!;
    expect(pointer.text).toBe('c0 0c → chaicart.example');
    expect(pointer.refers).toEqual({ bitStart: 96, bitLength: 18 * 8 });
    expect(pointer.spec).toBe('RFC 1035 §4.1.4');
  });

  it('gives each flag a leaf, and OPT its own fields', () => {
    const texts = new Map(leaves(dnsMessage.dissect(vectors.answer)).map((leaf) => [leaf.label, leaf.text]));
    expect(texts.get('Recursion available')).toBe('set');
    expect(texts.get('Response code')).toBe('NOERROR (0)');
    expect(texts.get('UDP payload size')).toBe('1232 bytes');
    expect(texts.get('EDNS version')).toBe('0');
  });

  it('partitions every message, whole or damaged, and explains every leaf', () => {
    for (const bytes of [vectors.query, vectors.answer, vectors.referral, vectors.nxdomain]) {
      for (let length = 0; length <= bytes.length; length++) expectPartition(bytes.subarray(0, length));
      for (const leaf of leaves(dnsMessage.dissect(bytes))) {
        expect(leaf.label).not.toBe('');
        expect(leaf.spec).toMatch(/^RFC \d+ §[\d.]+$/);
        expect(leaf.about).toMatch(/^\S.*\.$/);
        expect(leaf.text).not.toBe('');
      }
    }
    fc.assert(
      fc.property(dnsMessageArbitrary, (message) => expectPartition(encodeDns(message))),
      { numRuns: 100 },
    );
    expectPartition(Uint8Array.from([...vectors.answer, 1, 2, 3]));
  });

  it.each(KNOWN_TYPES.map((type) => [typeName(type), type] as const))(
    'names and explains every field of %s',
    (_, type) => {
      for (const record of fc.sample(recordOfType(type), { numRuns: 20, seed: 3 })) {
        const bytes = encodeDns({ ...decodeDns(vectors.answer), answers: [record], additionals: [] });
        const tree = dnsMessage.dissect(bytes);
        expect(tree.problem).toBeUndefined();
        expect(partitionFault(tree, bytes.length * 8)).toBeUndefined();
        for (const leaf of leaves(tree)) {
          expect(leaf.label).not.toBe('');
          // RFC 2782 numbers no sections
          expect(leaf.spec).toMatch(/^RFC (?:2782|\d+ §[\d.]+)$/);
          expect(leaf.about).toMatch(/^\S.*\.$/);
          expect(leaf.text).not.toBe('');
        }
      }
    },
  );

  it('shows what is inside of a service binding, and of a list of types', () => {
    const shown = (type: string, data: string): string[] => {
      const answers = [parseRecord('x.example.', 60, type, data)];
      const tree = dnsMessage.dissect(encodeDns({ ...decodeDns(vectors.answer), answers, additionals: [] }));
      return leaves(tree).map((leaf) => `${leaf.label}: ${leaf.text}`);
    };
    expect(shown('HTTPS', '1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.80 mandatory=port')).toEqual(
      expect.arrayContaining([
        'Mandatory key: port',
        'Protocol: “h2”',
        'Protocol: “h3”',
        'Port: 8443',
        'IPv4 hint: 192.0.2.80',
      ]),
    );
    expect(shown('NSEC', 'y.example. A MX TYPE1234')).toEqual(
      expect.arrayContaining(['Window number: 0', 'Types: A MX', 'Window number: 4', 'Types: TYPE1234']),
    );
    expect(shown('RRSIG', 'A 13 2 60 20260401000000 20260301000000 7 example. AAAA')).toEqual(
      expect.arrayContaining([
        'Expiration: 20260401000000',
        'Algorithm: ECDSAP256SHA256 (13)',
        'Signature: 000000',
      ]),
    );
  });

  it('counts from the start of the message when it lies inside a frame', () => {
    const frame = Uint8Array.from([...new Array(42).fill(0xff), ...vectors.answer]);
    expect(dnsMessage.dissect(frame, 42)).toEqual(dnsMessage.dissect(vectors.answer));
    expect(decodeDns(frame, 42)).toEqual(decodeDns(vectors.answer));
  });
});

describe('malformed messages', () => {
  const header = '0001 0000 0001 0000 0000 0000';
  it.each([
    ['shorter than a header', '0001 0000 0001 0000 0000 00'],
    ['more questions than there are', '0001 0000 0002 0000 0000 0000 00 0001 0001'],
    ['counts of 65,535', '0001 0000 ffff ffff ffff ffff 00 0001 0001'],
    ['a pointer to itself', `${header} c00c 0001 0001`],
    ['two pointers in a circle', `${header} c00e c00c 0001 0001`],
    ['a pointer forwards', `${header} c012 0001 0001 00 0001 0001`],
    ['a pointer to the label in front of it', `${header} 0161 c00c 0001 0001`],
    ['a pointer into the header', `${header} c000 0001 0001`],
    ['half a pointer', `${header} c0`],
    ['label type 01', `${header} 4161 00 0001 0001`],
    ['label type 10', `${header} 8161 00 0001 0001`],
    ['a label past the end', `${header} 3f6161`],
    ['a name with no end', `${header} 0161`],
    ['256 octets of name', `${header} ${`3f${'61'.repeat(63)}`.repeat(3)} 3e${'62'.repeat(62)} 00 0001 0001`],
    ['data past the end', '0001 8000 0000 0001 0000 0000 00 0001 0001 00000000 0005 c0000250'],
    ['an address of 3 bytes', '0001 8000 0000 0001 0000 0000 00 0001 0001 00000000 0003 c00002'],
    ['an address of 5 bytes', '0001 8000 0000 0001 0000 0000 00 0001 0001 00000000 0005 c000025000'],
    [
      'an IPv6 address of 17 bytes',
      `0001 8000 0000 0001 0000 0000 00 001c 0001 00000000 0011 ${'00'.repeat(17)}`,
    ],
    [
      'a name that leaves its data',
      '0001 8000 0000 0002 0000 0000 00 0002 0001 00000000 0002 0161 00 0002 0001 00000000 0001 00',
    ],
    ['a string longer than its data', '0001 8000 0000 0001 0000 0000 00 0010 0001 00000000 0003 056162'],
    ['a pointer in DNAME', '0001 8000 0000 0001 0000 0000 0161 00 0027 0001 00000000 0002 c00c'],
    [
      'a pointer behind a label in NSEC',
      '0001 8000 0000 0001 0000 0000 0161 00 002f 0001 00000000 0007 0162 c00c 00 01 40',
    ],
    ['a CAA tag of no letters', '0001 8000 0000 0001 0000 0000 00 0101 0001 00000000 0003 00 00 61'],
    ['a CAA tag with a hyphen', '0001 8000 0000 0001 0000 0000 00 0101 0001 00000000 0004 00 02 612d'],
    ['a salt longer than its data', '0001 8000 0000 0001 0000 0000 00 0033 0001 00000000 0005 01 00 0000 01'],
    ['half a service parameter', '0001 8000 0000 0001 0000 0000 00 0041 0001 00000000 0005 0001 00 0001'],
    [
      'an option longer than its data',
      '0001 8000 0000 0000 0000 0001 00 0029 04d0 00000000 0006 000a 0008 0102',
    ],
  ])('refuses %s', (_, hex) => {
    expect(decodeBoth(fromHex(hex))).toBeUndefined();
    expect(() => decodeDns(fromHex(hex))).toThrow(Malformed);
    expect(dnsMessage.dissect(fromHex(hex)).problem).toBeTypeOf('string');
  });

  it('follows a pointer in SRV, which earlier servers wrote (RFC 3597 §4), and writes none', () => {
    const bytes = fromHex(
      '0001 8000 0000 0001 0000 0000 0161 00 0021 0001 00000000 0008 0001 0002 0003 c00c',
    );
    const message = decodeBoth(bytes)!;
    expect(recordText(message.answers[0]!)).toBe('a. 0 IN SRV 1 2 3 a.');
    expect(toHex(encodeDns(message)).endsWith('0009000100020003016100')).toBe(true);
  });

  it('adds up octets over pointers', () => {
    // 4 × 64 octets in two names, the second pointing to the first: 193 + 64 octets are too many
    const long = `3f${'61'.repeat(63)}`;
    const good = `0001 0000 0002 0000 0000 0000 ${long.repeat(3)} 00 0001 0001 3d${'62'.repeat(61)} c00c 0001 0001`;
    const bad = `0001 0000 0002 0000 0000 0000 ${long.repeat(3)} 00 0001 0001 3e${'62'.repeat(62)} c00c 0001 0001`;
    expect(decodeBoth(fromHex(good))?.questions[1]?.name).toHaveLength(62 + 3 * 64);
    expect(decodeBoth(fromHex(bad))).toBeUndefined();
  });

  it('follows 127 pointers and no more', () => {
    // An opaque record holds the chain: the root at its start, then pointers each to the one before
    const chain = (pointers: number): Uint8Array => {
      const data = [0];
      const start = 12 + 11;
      for (let i = 0; i < pointers - 1; i++) {
        const target = i === 0 ? start : start + 1 + 2 * (i - 1);
        data.push(0xc0 | (target >> 8), target & 255);
      }
      const last = start + data.length - 2;
      const head = fromHex('0001 8000 0000 0002 0000 0000 00 ff00 0001 00000000');
      const tail = [0xc0 | (last >> 8), last & 255, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4];
      return Uint8Array.from([...head, data.length >> 8, data.length & 255, ...data, ...tail]);
    };
    expect(decodeBoth(chain(127))?.answers[1]?.name).toBe('.');
    expect(decodeBoth(chain(128))).toBeUndefined();
  });
});

describe('the fast path and the declaration', () => {
  it('write the same bytes, and read back what was written', () => {
    fc.assert(
      fc.property(dnsMessageArbitrary, (message) => {
        const bytes = encodeDns(message);
        expect(toHex(bytes)).toBe(toHex(encodeDeclared(message)));
        expect(decodeBoth(bytes)).toEqual(message);
      }),
      { numRuns: 300 },
    );
  });

  it('agree on messages beyond the reach of pointers', () => {
    const answers = Array.from({ length: 900 }, (_, i) =>
      parseRecord(`n${i}.${'x'.repeat(40)}${i % 450}.example.`, 60, 'MX', `${i} m${i}.y${i}.example.`),
    );
    const message = { ...decodeDns(vectors.answer), answers };
    const bytes = encodeDns(message);
    expect(bytes.length).toBeGreaterThan(0x8000);
    expect(equalBytes(bytes, encodeDeclared(message))).toBe(true);
    expect(decodeBoth(bytes)).toEqual(message);
  });

  it('agree on 50,000 damaged messages', () => {
    const random = new Random(1);
    const seeds = [
      vectors.query,
      vectors.answer,
      vectors.referral,
      vectors.nxdomain,
      ...fc.sample(dnsMessageArbitrary, { numRuns: 60, seed: 7 }).map((one) => encodeDns(one)),
    ];
    let accepted = 0;
    for (let i = 0; i < 50_000; i++) {
      const bytes = seeds[random.below(seeds.length)]!.slice();
      for (let n = random.below(4); n >= 0; n--) {
        const at = random.below(bytes.length);
        bytes[at] = [random.below(256), 0xc0, 0x00, bytes[at]! ^ (1 << random.below(8))][random.below(4)]!;
      }
      const cut = random.chance(0.2) ? bytes.subarray(0, random.below(bytes.length)) : bytes;
      let fast: DnsMessage | undefined;
      let slow: DnsMessage | undefined;
      try {
        fast = decodeDns(cut);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
      }
      try {
        slow = decodeDeclared(cut);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
      }
      if (JSON.stringify(fast) !== JSON.stringify(slow)) expect(fast, toHex(cut)).toEqual(slow);
      if (!fast) continue;
      accepted += 1;
      for (const record of fast.answers) recordText(record);
      // What was read can be written, and says the same again
      if (i % 10 === 0) expect(decodeDns(encodeDns(fast))).toEqual(fast);
    }
    expect(accepted).toBeGreaterThan(5_000);
    expect(accepted).toBeLessThan(45_000);
  });
});

describe('dns-packet', () => {
  it('reads what we write', () => {
    const bytes = encodeDns({
      ...decodeDns(vectors.referral),
      answers: [
        parseRecord('chaicart.example.', 60, 'MX', '10 mail.chaicart.example.'),
        parseRecord('chaicart.example.', 60, 'TXT', '"v=spf1 -all" "two"'),
        parseRecord('www.chaicart.example.', 60, 'AAAA', '2001:db8::80'),
      ],
    });
    const theirs = dnsPacket.decode(Buffer.from(bytes));
    expect(theirs.answers).toMatchObject([
      { name: 'chaicart.example', type: 'MX', data: { preference: 10, exchange: 'mail.chaicart.example' } },
      { name: 'chaicart.example', type: 'TXT', data: [Buffer.from('v=spf1 -all'), Buffer.from('two')] },
      { name: 'www.chaicart.example', type: 'AAAA', data: '2001:db8::80' },
    ]);
    expect(theirs.authorities).toMatchObject([
      { name: 'chaicart.example', type: 'NS', data: 'ns1.chaicart.example' },
    ]);
    expect(theirs.additionals).toMatchObject([
      { name: 'ns1.chaicart.example', type: 'A', data: '192.0.2.53' },
    ]);
  });

  it('is read by us', () => {
    const bytes = dnsPacket.encode({
      type: 'response',
      id: 7,
      flags: dnsPacket.AUTHORITATIVE_ANSWER | dnsPacket.RECURSION_DESIRED,
      questions: [{ type: 'SOA', name: 'chaicart.example', class: 'IN' }],
      answers: [
        {
          type: 'SOA',
          name: 'chaicart.example',
          ttl: 60,
          data: {
            mname: 'ns1.chaicart.example',
            rname: 'h.chaicart.example',
            serial: 4_000_000_000,
            refresh: 1,
            retry: 2,
            expire: 3,
            minimum: 4,
          },
        },
        { type: 'PTR', name: '80.2.0.192.in-addr.arpa', ttl: 60, data: 'chaicart.example' },
      ],
      additionals: [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: 4096,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: dnsPacket.DNSSEC_OK,
          flag_do: true,
          options: [],
        },
      ],
    });
    const message = decodeBoth(new Uint8Array(bytes))!;
    expect(message.answers.map(recordText)).toEqual([
      'chaicart.example. 60 IN SOA ns1.chaicart.example. h.chaicart.example. 4000000000 1 2 3 4',
      '80.2.0.192.in-addr.arpa. 60 IN PTR chaicart.example.',
    ]);
    expect(message.authoritative).toBe(true);
    expect(ednsOf(message)).toMatchObject({ udpSize: 4096, dnssecOk: true });
  });
});

describe('records as text', () => {
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(dnsRecord, (record) => {
        if (
          record.type === TYPE.OPT ||
          record.ttl > 0x7fff_ffff ||
          (record.type === TYPE.TXT && record.data.length === 0)
        )
          return;
        const text = recordText({ ...record, class: 1 });
        const prefix = `${record.name} ${record.ttl} IN ${typeName(record.type)} `;
        expect(text.startsWith(prefix.trimEnd())).toBe(true);
        expect(
          parseRecord(record.name, record.ttl, typeName(record.type), text.slice(prefix.length)),
        ).toEqual({ ...record, class: 1 });
      }),
    );
  });

  it.each([
    ['chaicart.example', 60, 'A', '192.0.2.1', /absolute/],
    ['chaicart.example.', 60, 'A', '192.0.2.256', /chaicart\.example\. A: an IPv4 address was expected/],
    ['chaicart.example.', -1, 'A', '192.0.2.1', /TTL/],
    ['chaicart.example.', 60, 'AA', '192.0.2.1', /not a DNS record type/],
    ['chaicart.example.', 60, 'MX', 'mail.chaicart.example.', /preference/],
    ['chaicart.example.', 60, 'TXT', '"open', /quote/],
    ['chaicart.example.', 60, 'ANY', 'x', /no type of stored data/],
    ['chaicart.example.', 60, 'TYPE1234', 'x', /RFC 3597/],
  ])('refuses %s %i %s %s', (name, ttl, type, data, message) => {
    expect(() => parseRecord(name, ttl, type, data)).toThrow(message);
  });
});
