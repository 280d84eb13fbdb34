import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase32Hex, fromBase64, toBase32Hex, toBase64 } from '../../../src/engine/base/base64.ts';
import { fromHex, fromLatin1, toHex } from '../../../src/engine/base/bytes.ts';
import { Malformed } from '../../../src/engine/base/errors.ts';
import { parseIp } from '../../../src/engine/base/ip.ts';
import { isMetaType, parseClass, parseType, TYPE, typeName } from '../../../src/engine/wire/dns/code.ts';
import { decodeData, encodeData } from '../../../src/engine/wire/dns/fast.ts';
import { addressOf, type DnsRecord, type Svcb } from '../../../src/engine/wire/dns/message.ts';
import { svcbFault } from '../../../src/engine/wire/dns/svcb.ts';
import {
  BadWord,
  completeName,
  dataText,
  opaqueText,
  parseRdata,
  parseRecord,
  splitWords,
} from '../../../src/engine/wire/dns/text.ts';
import { formatTimestamp, parseTimestamp } from '../../../src/engine/wire/dns/timestamp.ts';
import { decodeTypes, encodeTypes } from '../../../src/engine/wire/dns/type-bitmap.ts';
import * as svcbVectors from '../../vectors/svcb.ts';
import { DATA, dnsRecord, KNOWN_TYPES, recordOfType } from './arbitrary.ts';

const record = (type: string, data: string): DnsRecord => parseRecord('x.example.', 60, type, data);
const wire = (type: string, data: string): string => toHex(encodeData(record(type, data)));

describe('data of records, as RFCs write it', () => {
  it.each([
    // RFC 4034 §2.3, §3.3, §4.3, §5.4
    [
      'DNSKEY',
      '256 3 5 ( AQPSKmynfzW4kyBv015MUG2DeIQ3 Cbl+BBZH4b/0PY1kxkmvHjcZc8no kfzj31GajIQKY+5CptLr3buXA10h WqTkF7H6RfoRqXQeogmMHfpftf6z Mv1LyBUgia7za6ZEzOJBOztyvhjL 742iU/TpPSEDhm2SNKLijfUppn1U aNvv4w== )',
      '256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no kfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6z Mv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1U aNvv4w==',
    ],
    [
      'RRSIG',
      'A 5 3 86400 20030322173103 ( 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTr PYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6o B9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3t GNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkG J5D6fwFm8nN+6pBzeDQfsS3Ap3o= )',
      'A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKi jVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3tGNaz PwQKkRN20XPXV6nwwfoXmJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3A p3o=',
    ],
    ['NSEC', 'host.example.com. ( A MX RRSIG NSEC TYPE1234 )', 'host.example.com. A MX RRSIG NSEC TYPE1234'],
    [
      'DS',
      '60485 5 1 ( 2BB183AF5F22588179A53B0A 98631FAD1A292118 )',
      '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118',
    ],
    // RFC 5155 appendix A
    [
      'NSEC3',
      '1 1 12 aabbccdd ( 2t7b4g4vsa5smi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG )',
      '1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR NS SOA MX RRSIG DNSKEY NSEC3PARAM',
    ],
    ['NSEC3PARAM', '1 0 12 aabbccdd', '1 0 12 AABBCCDD'],
    ['NSEC3PARAM', '1 0 0 -', '1 0 0 -'],
    // RFC 8659 §4.1.1
    ['CAA', '0 issue "ca1.example.net"', '0 issue "ca1.example.net"'],
    ['CAA', '128 tbs "Unknown"', '128 tbs "Unknown"'],
    ['SRV', '0 1 9 old-slow-box.example.com.', '0 1 9 old-slow-box.example.com.'],
    ['HINFO', 'DEC-2060 TOPS20', '"DEC-2060" "TOPS20"'],
    ['TXT', 'one "two words" thr\\"ee "\\195\\164ä"', '"one" "two words" "thr\\"ee" "\\195\\164\\195\\164"'],
  ])('%s', (type, text, printed) => {
    const made = record(type, text.replace(/[()]/g, ''));
    expect(dataText(made)).toBe(printed);
    expect(dataText(record(type, printed))).toBe(printed);
    // RFC 3597 §5: the same in the form of an unknown type
    const generic = record(type, opaqueText(encodeData(made)));
    expect(generic).toEqual(made);
  });

  it('RFC 4034 §4.3: the bytes of its NSEC', () => {
    expect(wire('NSEC', 'host.example.com. A MX RRSIG NSEC TYPE1234')).toBe(
      '04686f7374076578616d706c6503636f6d00' +
        '0006400100000003041b000000000000000000000000000000000000000000000000000020',
    );
  });

  it('RFC 3597 §5: examples', () => {
    expect(record('TYPE731', '\\# 6 abcd ef 01 23 45')).toMatchObject({
      type: 731,
      data: fromHex('abcdef012345'),
    });
    expect(record('TYPE62347', '\\# 0')).toMatchObject({ type: 62347, data: fromHex('') });
    expect(record('A', '\\# 4 0A000001')).toEqual(record('TYPE1', '10.0.0.1'));
  });

  it('prints names, numbers and codes of types that stay opaque', () => {
    expect(dataText(record('TLSA', '\\# 3 abcdef'))).toBe('\\# 3 ABCDEF');
    expect(typeName(parseType('naptr'))).toBe('NAPTR');
    expect(typeName(parseType('nsap-ptr'))).toBe('NSAP-PTR');
    expect(parseClass('class32')).toBe(32);
    expect(isMetaType(TYPE.ANY) && isMetaType(TYPE.OPT) && !isMetaType(TYPE.CAA)).toBe(true);
  });

  it('knows the address in a record', () => {
    expect(addressOf(record('A', '192.0.2.1'))).toBe(parseIp('192.0.2.1'));
    expect(addressOf(record('AAAA', '2001:DB8::0:1'))).toBe(parseIp('2001:db8::1'));
    expect(addressOf(record('TXT', 'x'))).toBeUndefined();
  });
});

describe('SVCB: RFC 9460 appendix D', () => {
  it.each(svcbVectors.good)('figure %s', (_, text, hex) => {
    for (const type of ['SVCB', 'HTTPS']) {
      const made = record(type, text);
      expect(toHex(encodeData(made))).toBe(hex.replace(/ /g, ''));
      expect(svcbFault(made.data as Svcb)).toBeUndefined();
      expect(record(type, dataText(made))).toEqual(made);
      expect(record(type, `\\# ${hex.replace(/ /g, '').length / 2} ${hex}`)).toEqual(made);
    }
  });

  it.each(svcbVectors.bad)('figure %s: %s is refused', (_, text) => {
    expect(() => record('SVCB', text)).toThrow(Malformed);
  });

  it.each([
    ['1 . alpn="h2', /quote/],
    ['1 . alpn=h2"', /quote/],
    ['1 . alpn=,', /identifier/],
    ['1 . alpn=a\\\\x', /backslash/],
    ['1 . alpn=h2 port=70000', /65535/],
    ['1 . key65535=x', /service parameter/],
    ['1 . key0123=x', /service parameter/],
    ['1 . ALPN=h2', /service parameter/],
    ['1 . ech=a', /base64/],
    ['1 . ech=\\065EX+DQ==', /without escapes/],
    ['1 . port=\\0531', /without escapes/],
    ['1 . dohpath=dns', /dohpath/],
    ['1 . dohpath=/dns', /variable dns/],
    ['1 . no-default-alpn', /needs alpn/],
    ['1 . ipv4hint=192.0.2', /IPv4/],
    ['1 . key3="\\000"', /port/],
    ['1 . mandatory=port,alpn port=1', /alpn is mandatory/],
  ])('refuses %s', (text, message) => {
    expect(() => record('SVCB', text)).toThrow(message);
  });

  it('prints as unknown what does not follow its format, and keeps what aliases carry', () => {
    const data: Svcb = { priority: 1, target: '.', params: [{ key: 3, value: fromHex('00') }] };
    expect(dataText({ name: '.', type: TYPE.SVCB, class: 1, ttl: 0, data })).toBe('1 . key3="\\000"');
    expect(svcbFault(data)).toMatch(/port/);
    expect(svcbFault({ ...data, priority: 0 })).toBeUndefined();
  });

  it('takes a quoted value also as a word of its own', () => {
    const words = [
      { text: '1', quoted: false },
      { text: '.', quoted: false },
      { text: 'alpn=', quoted: false },
      { text: 'h2,h3', quoted: true },
    ];
    expect(parseRdata(TYPE.HTTPS, words, '.')).toEqual(record('HTTPS', '1 . alpn="h2,h3"').data);
  });
});

describe('words', () => {
  it('are split at blanks outside of quotes', () => {
    expect(splitWords(' a  "b c" d\\ e "" f="g h"i \\"j')).toEqual([
      { text: 'a', quoted: false },
      { text: 'b c', quoted: true },
      { text: 'd\\ e', quoted: false },
      { text: '', quoted: true },
      { text: 'f="g h"i', quoted: false },
      { text: '\\"j', quoted: false },
    ]);
    for (const open of ['"a', 'a="b', '"a\\"']) expect(() => splitWords(open), open).toThrow(/quote/);
  });

  it.each([
    ['MX', '10', 1, /the name of a host is missing/],
    ['MX', '10 mail.example. x', 2, /nothing more/],
    ['MX', '65536 mail.example.', 0, /0 to 65535/],
    ['MX', '10 "mail.example."', 1, /quotes/],
    ['MX', '10 mail', 1, /final dot/],
    ['SOA', 'a. b. 1 2 3 4', 6, /negative/],
    ['SOA', 'a. b. 1 2 x 4 5', 4, /retry/],
    ['A', '', 0, /IPv4 address is missing/],
    ['AAAA', '192.0.2.1', 0, /IPv6/],
    ['TXT', '', 0, /text is missing/],
    ['TXT', 'x'.repeat(256), 0, /255/],
    ['TXT', 'a \\256', 1, /three digits/],
    ['CAA', '0 is-sue x', 1, /letters and digits/],
    ['CAA', '256 issue x', 0, /0 to 255/],
    ['SRV', '1 2 x.', 2, /port/],
    ['DS', '1 8 2 00', 3, /1 bytes, not 32/],
    ['DS', '1 FOO 2 00', 1, /algorithm/],
    ['DNSKEY', '257 3 8 abc', 3, /base64/],
    ['DNSKEY', '257 3 8', 3, /missing/],
    ['NSEC', 'a.', 1, /missing/],
    ['RRSIG', 'A 8 1 60 1 0 1 a.b. AAAA', 7, /more labels/],
    ['NSEC3', '1 0 0 - 00', 4, /20 bytes/],
    ['NSEC', 'a. A FOO', 2, /record type/],
    ['NSEC3', '1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojz', 4, /base32hex/],
    ['NSEC3PARAM', '1 0 0 abc', 3, /hexadecimal/],
    ['RRSIG', 'A 8 2 60 20260230000000 0 1 a. AAAA', 4, /time/],
    ['TYPE1234', '\\# 3 0102', 1, /3 bytes announced, 2/],
    ['TYPE1234', '\\# 1 012', 2, /hexadecimal/],
    ['TYPE1234', '01', 0, /RFC 3597/],
    ['A', '\\# 3 010203', 2, /no data of type A/],
    ['NS', '\\# 2 c00c', 2, /no data of type NS/],
    ['OPT', '\\# 0', 0, /no type of stored data/],
  ] as const)('%s %s: word %i is wrong', (type, text, word, message) => {
    let thrown: unknown;
    try {
      parseRdata(parseType(type), splitWords(text));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(BadWord);
    expect((thrown as BadWord).message).toMatch(message);
    expect((thrown as BadWord).word).toBe(word);
  });

  it('complete names with an origin', () => {
    expect(completeName('@', 'chaicart.example.')).toBe('chaicart.example.');
    expect(completeName('www', 'chaicart.example.')).toBe('www.chaicart.example.');
    expect(completeName('www', '.')).toBe('www.');
    expect(completeName('www.', 'chaicart.example.')).toBe('www.');
    expect(completeName('a\\.', 'chaicart.example.')).toBe('a\\..chaicart.example.');
    expect(completeName('a\\\\.', 'chaicart.example.')).toBe('a\\\\.');
    expect(() => completeName('www')).toThrow(/absolute/);
    expect(parseRdata(TYPE.MX, splitWords('10 mail'), 'chaicart.example.')).toEqual({
      preference: 10,
      exchange: 'mail.chaicart.example.',
    });
  });
});

describe('both ways', () => {
  it.each(KNOWN_TYPES.filter((type) => type !== TYPE.OPT).map((type) => [typeName(type), type] as const))(
    '%s',
    (name, type) => {
      fc.assert(
        fc.property(recordOfType(type), (made) => {
          const text = dataText(made);
          const words = splitWords(text);
          expect(parseRdata(type, words)).toEqual(made.data);
          expect(parseRdata(type, splitWords(opaqueText(encodeData(made))))).toEqual(made.data);
          expect(decodeData(type, encodeData(made))).toEqual(made.data);
          expect(text, name).toMatch(/^[ -~]+$/);
        }),
        { numRuns: 150 },
      );
    },
  );

  it('says what is wrong with any text, and nothing worse', () => {
    const damaged = fc
      .tuple(
        dnsRecord.filter(({ type }) => type !== TYPE.OPT),
        fc.array(fc.tuple(fc.nat(200), fc.constantFrom('"', '\\', ' ', '=', ',', '.', 'é', '9', '-', '(')), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([made, edits]) => {
        let text = dataText(made);
        for (const [at, character] of edits) {
          const place = at % (text.length + 1);
          text = text.slice(0, place) + character + text.slice(place + (at & 1));
        }
        return [made.type, text] as const;
      });
    fc.assert(
      fc.property(damaged, ([type, text]) => {
        try {
          const data = parseRdata(type, splitWords(text), 'o.example.');
          // What was read prints to a text that says the same
          const made = { name: '.', type, class: 1, ttl: 0, data } as DnsRecord;
          expect(parseRdata(type, splitWords(dataText(made)))).toEqual(data);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('base64 and base32hex: RFC 4648 §10', () => {
    const base64 = ['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy'];
    const base32hex = ['', 'CO', 'CPNG', 'CPNMU', 'CPNMUOG', 'CPNMUOJ1', 'CPNMUOJ1E8'];
    base64.forEach((text, length) => {
      const bytes = fromLatin1('foobar'.slice(0, length));
      expect(toBase64(bytes)).toBe(text);
      expect(fromBase64(text)).toEqual(bytes);
      expect(toBase32Hex(bytes)).toBe(base32hex[length]);
      expect(fromBase32Hex(base32hex[length]!.toLowerCase())).toEqual(bytes);
    });
    for (const bad of ['Zg', 'Zg=', 'Z===', 'Zh==', 'Zg==Zg==', 'Zm9=', '====', 'Z-==']) {
      expect(() => fromBase64(bad), bad).toThrow(Malformed);
    }
    for (const bad of ['C', 'CPN', 'CP', 'W0']) expect(() => fromBase32Hex(bad), bad).toThrow(Malformed);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
        expect(fromBase32Hex(toBase32Hex(bytes))).toEqual(bytes);
      }),
    );
  });

  it('times agree with Date, over the whole range', () => {
    const dated = (seconds: number): string =>
      new Date(seconds * 1000).toISOString().replace(/\D/g, '').slice(0, 14);
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (seconds) => {
        expect(formatTimestamp(seconds)).toBe(dated(seconds));
        expect(parseTimestamp(dated(seconds))).toBe(seconds);
      }),
      { numRuns: 500 },
    );
    for (const edge of [0, 951_782_400, 951_868_799, 4_107_542_400, 0xffff_ffff])
      expect(formatTimestamp(edge)).toBe(dated(edge));
    expect(parseTimestamp('1700000000')).toBe(1_700_000_000);
    for (const bad of [
      '',
      '20260229000000',
      '20261301000000',
      '20260101240000',
      '21070101000000',
      '19691231235959',
      '4294967296',
      '-1',
    ])
      expect(() => parseTimestamp(bad), bad).toThrow(Malformed);
  });

  it('lists of types have one encoding', () => {
    fc.assert(
      fc.property(DATA[TYPE.NSEC], ({ types }) => {
        expect(decodeTypes(encodeTypes([...types].reverse()))).toEqual(types);
      }),
    );
    for (const bad of [
      '00',
      '0000',
      '000100',
      '0001400001',
      '0001400001400001',
      '01014000014000',
      `0021${'01'.repeat(33)}`,
      '000240',
    ])
      expect(() => decodeTypes(fromHex(bad)), bad).toThrow(Malformed);
  });
});
