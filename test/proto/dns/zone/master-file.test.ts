import { describe, expect, it } from 'vitest';
import { Misuse } from '../../../../src/engine/base/errors.ts';
import { LIMITS, parseMasterFile } from '../../../../src/engine/proto/dns/zone/master-file.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';

const ORIGIN = 'chai.example.';
const texts = (text: string, origin = ORIGIN): string[] => {
  const { records, faults } = parseMasterFile(text, origin);
  expect(faults).toEqual([]);
  return records.map(({ record }) => recordText(record));
};
const faultsOf = (text: string): string[] =>
  parseMasterFile(text, ORIGIN).faults.map(
    ({ line, column, length, message }) => `${line}:${column}+${length} ${message}`,
  );

describe('what RFC 1035 §5.1 and §5.3 write is read', () => {
  it('the example of §5.3, with its class first, its blanks and its parentheses', () => {
    const text = `
@   IN  SOA     VENERA      Action\\.domains (
                                 20     ; SERIAL
                                 7200   ; REFRESH
                                 600    ; RETRY
                                 3600000; EXPIRE
                                 60)    ; MINIMUM

        NS      A.ISI.EDU.
        NS      VENERA
        MX      10      VENERA
A       A       26.3.0.103

VENERA  A       10.1.0.52
        A       128.9.0.32
`;
    expect(texts(text, 'ISI.EDU.')).toEqual([
      'ISI.EDU. 60 IN SOA VENERA.ISI.EDU. Action\\.domains.ISI.EDU. 20 7200 600 3600000 60',
      'ISI.EDU. 60 IN NS A.ISI.EDU.',
      'ISI.EDU. 60 IN NS VENERA.ISI.EDU.',
      'ISI.EDU. 60 IN MX 10 VENERA.ISI.EDU.',
      'A.ISI.EDU. 60 IN A 26.3.0.103',
      'VENERA.ISI.EDU. 60 IN A 10.1.0.52',
      'VENERA.ISI.EDU. 60 IN A 128.9.0.32',
    ]);
  });

  it.each([
    ['a 5 IN A 192.0.2.1', 'a.chai.example. 5 IN A 192.0.2.1'],
    ['a IN 5 A 192.0.2.1', 'a.chai.example. 5 IN A 192.0.2.1'],
    ['a in 5 a 192.0.2.1', 'a.chai.example. 5 IN A 192.0.2.1'],
    ['a CLASS1 1h30m TYPE1 \\# 4 c0000201', 'a.chai.example. 5400 IN A 192.0.2.1'],
    ['@ 1W2d3H4m5s TXT x', 'chai.example. 788645 IN TXT "x"'],
    ['60 60 TXT x', '60.chai.example. 60 IN TXT "x"'],
    ['A 5 A 192.0.2.1', 'A.chai.example. 5 IN A 192.0.2.1'],
    ['a. 5 CNAME .', 'a. 5 IN CNAME .'],
    ['a 5 CNAME @', 'a.chai.example. 5 IN CNAME chai.example.'],
    ['a 5 TYPE65280 \\# 2 abcd', 'a.chai.example. 5 IN TYPE65280 \\# 2 ABCD'],
    ['( a ) 5 ( A ( 192.0.2.1 ) )', 'a.chai.example. 5 IN A 192.0.2.1'],
    ['a 5 TXT "x;y" x;y', 'a.chai.example. 5 IN TXT "x;y" "x"'],
    ['a 5 TXT "x""y"z', 'a.chai.example. 5 IN TXT "x" "y" "z"'],
    ['a 5 TXT "\\"" \\"x \\065\\;', 'a.chai.example. 5 IN TXT "\\"" "\\"x" "A;"'],
    ['a 5 TXT "é"', 'a.chai.example. 5 IN TXT "\\195\\169"'],
    ['a\\.b\\032c 5 TXT x', 'a\\.b\\032c.chai.example. 5 IN TXT "x"'],
    ['\\@ 5 TXT x', '\\@.chai.example. 5 IN TXT "x"'],
    ['"a b" 5 TXT x', 'a\\032b.chai.example. 5 IN TXT "x"'],
    ['a 5 HTTPS 1 . alpn="h2,h3" port=8443', 'a.chai.example. 5 IN HTTPS 1 . alpn="h2,h3" port=8443'],
    ['a 5 A 192.0.2.1\r\n\t; nothing\r\n', 'a.chai.example. 5 IN A 192.0.2.1'],
  ])('%j', (line, record) => {
    expect(texts(line)).toEqual([record]);
  });

  it('$ORIGIN, relative too, and $TTL for what follows', () => {
    const text = `$TTL 10
a TXT x
$ORIGIN sub
a TXT x
$origin other.
$ttl 1h
@ TXT x
 5 TXT y
 TXT z
`;
    expect(texts(text)).toEqual([
      'a.chai.example. 10 IN TXT "x"',
      'a.sub.chai.example. 10 IN TXT "x"',
      'other. 3600 IN TXT "x"',
      'other. 5 IN TXT "y"',
      'other. 3600 IN TXT "z"',
    ]);
  });

  it('without $TTL: the last that was said, else the minimum of the SOA, which then holds for all', () => {
    expect(texts('a 5 TXT x\nb TXT y\nc 6 TXT z\nd TXT w')).toEqual([
      'a.chai.example. 5 IN TXT "x"',
      'b.chai.example. 5 IN TXT "y"',
      'c.chai.example. 6 IN TXT "z"',
      'd.chai.example. 6 IN TXT "w"',
    ]);
    expect(texts('@ SOA a b 1 2h 3 4 77\nc 6 TXT z\nd TXT w').slice(1)).toEqual([
      'c.chai.example. 6 IN TXT "z"',
      'd.chai.example. 77 IN TXT "w"',
    ]);
    const { remarks } = parseMasterFile('a 5 TXT x\nb TXT y\nc TXT y\nd 2147483648 TXT z', ORIGIN);
    expect(remarks.map(({ line, spec }) => `${line} ${spec}`)).toEqual(['2 RFC 1035 §5.1', '4 RFC 2181 §8']);
  });

  it('each record knows its place', () => {
    const { records } = parseMasterFile('$TTL 1\na TXT x\n\n   TXT ( y\n z ) ; c\n', ORIGIN);
    expect(records.map(({ line, column, length }) => [line, column, length])).toEqual([
      [2, 1, 7],
      [4, 4, 7],
    ]);
  });
});

describe('what cannot be read is told with its place', () => {
  it.each([
    ['a TXT x', '1:1+1 this record has no TTL'],
    [' 5 TXT x', '1:2+1 this line begins with a blank'],
    ['a 5 FOO x', '1:5+3 “FOO” is no record type'],
    ['a 5 6 TXT x', '1:5+1 “6” is no record type'],
    ['a 1h30 TXT x', '1:3+4 “1h30” is no record type'],
    ['a 5', '1:3+1 the record ends here'],
    ['a 5 CH TXT x', '1:5+2 the class of this zone is IN, not CH'],
    ['a 5 "TXT" x', '1:5+5 quotes are for data'],
    ['a 5 AXFR', '1:5+4 AXFR is asked for'],
    ['a 5 OPT \\# 0', '1:5+3 OPT is asked for'],
    ['a 5 A 192.0.2.256', '1:7+11 “192.0.2.256” cannot be read here'],
    ['a 5 A', '1:5+1 after A: an IPv4 address is missing'],
    ['a 5 MX 10', '1:8+2 after “10”: the name of a host is missing'],
    ['a 5 MX 65536 b', '1:8+5 “65536” cannot be read here'],
    ['a 5 A 192.0.2.1 x', '1:17+1 nothing more was expected'],
    ['a 5 A "192.0.2.1"', '1:7+11 “192.0.2.1” cannot be read here'],
    ['a 5 TXT x\\', '1:9+2 the backslash at the end'],
    ['a 5 TXT "x', '1:9+2 the quote that begins here'],
    ['a 5 TXT ( x', '1:9+1 this parenthesis is never closed'],
    ['a 5 TXT x )', '1:11+1 this parenthesis closes none'],
    [`${'a'.repeat(64)} 5 TXT x`, '1:1+64 label of 64 octets'],
    ['a..b 5 TXT x', '1:1+4 empty label'],
    ['ä 5 TXT x', '1:1+1 “ä” has letters beyond ASCII'],
    ['a 5 CNAME ä.example.', '1:11+10 “ä.example.” has letters beyond ASCII'],
    ['$TTL', '1:1+4 $TTL says nothing'],
    ['$TTL x', '1:6+1 “x” is no time'],
    ['$TTL 1h 30m', '1:9+3 “30m” is too much'],
    ['$ORIGIN a..', '1:9+3 empty label'],
    ['$INCLUDE other', '1:1+8 $INCLUDE is not read here'],
    ['$GENERATE 1-9 a$ A 192.0.2.$', '1:1+9 $GENERATE is not read here'],
    ['$FOO bar', '1:1+4 “$FOO” is no directive'],
  ])('%j', (line, fault) => {
    const [first, ...more] = faultsOf(line);
    expect(first).toContain(fault);
    expect(more).toEqual([]);
  });

  it('all of them, and what is right between', () => {
    const text = `$TTL 60
a A x
www A 192.0.2.1
 bad A 192.0.2.2
b TXT ( "left open"
c TXT "fine"
d FOO
ä A 192.0.2.3
 A 192.0.2.4
e TXT "fine
`;
    expect(faultsOf(text).map((fault) => fault.split(' ', 1)[0])).toEqual([
      '2:5+1',
      '4:2+3',
      '5:7+1',
      '7:3+3',
      '8:1+1',
      '10:7+5',
    ]);
    expect(parseMasterFile(text, ORIGIN).records).toHaveLength(2);
    expect(faultsOf(text)[1]).toContain('goes on with www.chai.example.');
  });

  it('within its bounds', () => {
    expect(parseMasterFile('a FOO\n'.repeat(1000), ORIGIN).faults).toHaveLength(LIMITS.faults);
    expect(parseMasterFile('(\na\n'.repeat(1000), ORIGIN).faults).toHaveLength(LIMITS.faults);
    const many = parseMasterFile(`$TTL 1\n${'a TXT x\n'.repeat(LIMITS.records + 5)}`, ORIGIN);
    expect(many.records).toHaveLength(LIMITS.records);
    expect(many.faults.map(({ line }) => line)).toEqual([LIMITS.records + 2]);
    expect(parseMasterFile('x'.repeat(LIMITS.characters + 1), ORIGIN).faults).toHaveLength(1);
    expect(() => parseMasterFile('', 'relative')).toThrow(Misuse);
  });
});
