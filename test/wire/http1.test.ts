import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import type { Node } from '../../src/engine/wire/bits.ts';
import { formatHttpDate, parseHttpDate } from '../../src/engine/wire/http-date.ts';
import { Fields } from '../../src/engine/wire/http-fields.ts';
import { describeField, describeStatus, reasonPhrase } from '../../src/engine/wire/http-names.ts';
import {
  parseChunkLine,
  parseFieldLine,
  parseRequestLine,
  parseStatusLine,
  writeFields,
  writeRequestHead,
  writeResponseHead,
} from '../../src/engine/wire/http1.ts';
import { dissectHttp1 } from '../../src/engine/wire/http1-dissect.ts';

const requestLine = (text: string) => parseRequestLine(fromLatin1(text), 0, text.length);
const statusLine = (text: string) => parseStatusLine(fromLatin1(text), 0, text.length);
const chunkLine = (text: string, leniency: 'strict' | 'response' = 'strict') =>
  parseChunkLine(fromLatin1(text), 0, text.length, leniency);
function fieldLines(
  lines: readonly string[],
  leniency: 'strict' | 'response' = 'strict',
): [string, string][] {
  const fields = new Fields();
  for (const line of lines) parseFieldLine(fromLatin1(line), 0, line.length, fields, leniency);
  return fields.entries();
}

describe('request line (RFC 9112 §3)', () => {
  it('reads method, target and version', () => {
    expect(requestLine('GET /where?q=now HTTP/1.1')).toEqual({
      method: 'GET',
      target: '/where?q=now',
      version: '1.1',
    });
    expect(requestLine('M-SEARCH * HTTP/1.0')).toEqual({ method: 'M-SEARCH', target: '*', version: '1.0' });
    expect(requestLine('X a HTTP/9.7').version).toBe('9.7');
  });

  it.each([
    ['nothing', ''],
    ['HTTP/0.9', 'GET /'],
    ['two spaces', 'GET  / HTTP/1.1'],
    ['two spaces before the version', 'GET /  HTTP/1.1'],
    ['a tab', 'GET\t/ HTTP/1.1'],
    ['a space at the end', 'GET / HTTP/1.1 '],
    ['a space in the target', 'GET /a b HTTP/1.1'],
    ['a leading space', ' GET / HTTP/1.1'],
    ['no token as method', 'GE(T / HTTP/1.1'],
    ['a bare CR', 'GET /\r HTTP/1.1'],
    ['NUL in the target', 'GET /\0 HTTP/1.1'],
    ['a byte above 127 in the target', 'GET /\xe9 HTTP/1.1'],
    ['small letters in the version', 'GET / http/1.1'],
    ['two digits in the version', 'GET / HTTP/1.10'],
    ['no minor version', 'GET / HTTP/1'],
    ['another protocol', 'GET / HTTQ/1.1'],
  ])('refuses %s', (_what, text) => {
    expect(() => requestLine(text)).toThrow(Malformed);
  });
});

describe('status line (RFC 9112 §4)', () => {
  it('reads version, status and reason', () => {
    expect(statusLine('HTTP/1.1 404 Not Found')).toEqual({
      version: '1.1',
      status: 404,
      reason: 'Not Found',
    });
    expect(statusLine('HTTP/1.0 299 ').reason).toBe('');
    expect(statusLine('HTTP/1.1 200 \xc7a va').reason).toBe('\xc7a va');
    expect(statusLine('HTTP/1.1 204')).toEqual({ version: '1.1', status: 204, reason: '' });
  });

  it.each([
    'HTTP/1.1 20 OK',
    'HTTP/1.1 2x0 OK',
    'HTTP/1.1  200 OK',
    'HTTP/1.1 2000 OK',
    'HTTP/1.1 099 Low',
    'ICY 200 OK',
    'HTTP/1.1 200 \x07',
    '',
  ])('refuses %j', (text) => {
    expect(() => statusLine(text)).toThrow(Malformed);
  });
});

describe('field line (RFC 9112 §5)', () => {
  it('reads name and value, keeps case and inner space, drops the space around', () => {
    expect(fieldLines(['Host: a.example', 'x-A:\t b  c \t', 'Empty:', 'Blank:   '])).toEqual([
      ['Host', 'a.example'],
      ['x-A', 'b  c'],
      ['Empty', ''],
      ['Blank', ''],
    ]);
    expect(fieldLines(['A: \xe9'])).toEqual([['A', '\xe9']]);
  });

  it.each([
    ['no colon', 'Host'],
    ['no name', ': x'],
    ['space before the colon', 'Host : x'],
    ['a tab before the colon', 'Host\t: x'],
    ['a space in the name', 'Ho st: x'],
    ['a control character in the name', 'Ho\0st: x'],
    ['a bare CR in the value', 'A: b\rc'],
    ['NUL in the value', 'A: b\0c'],
    ['DEL in the value', 'A: b\x7fc'],
    ['space before the first field', ' A: b'],
  ])('refuses %s', (_what, line) => {
    expect(() => fieldLines([line])).toThrow(Malformed);
  });

  it('refuses folded lines in requests, joins them by one space in responses (§5.2)', () => {
    expect(() => fieldLines(['A: b', '  c'])).toThrow('folding');
    expect(fieldLines(['A: b', '  c \t', '\td', ' '], 'response')).toEqual([['A', 'b c d']]);
    expect(() => fieldLines([' A: b'], 'response')).toThrow(Malformed);
  });

  it('drops space before the colon of responses (§5.1)', () => {
    expect(fieldLines(['Host : x'], 'response')).toEqual([['Host', 'x']]);
  });

  it('keeps unread values as bytes until they are asked for', () => {
    const fields = new Fields();
    const bytes = fromLatin1('Vary:  Accept ');
    parseFieldLine(bytes, 0, bytes.length, fields, 'strict', true);
    expect(fields.get('vary')).toBe('Accept');
  });
});

describe('chunk line (RFC 9112 §7.1)', () => {
  it('reads sizes and passes over extensions', () => {
    expect(chunkLine('0')).toEqual({ size: 0, extensionLength: 0 });
    expect(chunkLine('00fF')).toEqual({ size: 255, extensionLength: 0 });
    expect(chunkLine('5;a')).toEqual({ size: 5, extensionLength: 2 });
    expect(chunkLine('5 ; a = b;c="x;\\"y" ;d').size).toBe(5);
    expect(chunkLine('1fffffffffffff').size).toBe(Number.MAX_SAFE_INTEGER);
    expect(chunkLine('20000000000000').size).toBe(Number.POSITIVE_INFINITY);
    expect(chunkLine('f'.repeat(400)).size).toBe(Number.POSITIVE_INFINITY);
    expect(chunkLine('5  ', 'response').size).toBe(5);
  });

  it.each([
    '',
    ' 5',
    '0x5',
    '+5',
    '-1',
    '5 ',
    '5g',
    '5;',
    '5;=b',
    '5;a=',
    '5;a="b',
    '5;a="b\\',
    '5;a b',
    '5;a=b c',
    '5,5',
    '5\r',
    '5;a\rb',
    '5;a="\0"',
  ])('refuses %j', (line) => {
    expect(() => chunkLine(line)).toThrow(Malformed);
  });
});

describe('writing', () => {
  it('writes heads', () => {
    expect(
      writeRequestHead({ method: 'GET', target: '/', version: '1.1' }, Fields.from({ Host: 'a.example' })),
    ).toBe('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n');
    expect(writeResponseHead({ version: '1.1', status: 299, reason: '' }, new Fields())).toBe(
      'HTTP/1.1 299 \r\n\r\n',
    );
  });

  it.each<[string, string]>([
    ['A\r\nB', 'x'],
    ['A:', 'x'],
    ['', 'x'],
    ['A', 'x\r\nSet-Cookie: y'],
    ['A', 'x\ny'],
    ['A', 'x\0'],
    ['A', ' x'],
    ['A', 'x\t'],
    ['A', '\u0100'],
  ])('refuses to write the field %j: %j (response splitting, §11.1)', (name, value) => {
    expect(() => writeFields(Fields.from([[name, value]]))).toThrow(Misuse);
  });

  it('refuses start lines that would be two', () => {
    expect(() => writeRequestHead({ method: 'GET ', target: '/', version: '1.1' }, new Fields())).toThrow(
      Misuse,
    );
    expect(() =>
      writeRequestHead({ method: 'GET', target: '/ HTTP/1.1\r\nX: y', version: '1.1' }, new Fields()),
    ).toThrow(Misuse);
    expect(() => writeResponseHead({ version: '1.1', status: 200, reason: 'a\r\nb' }, new Fields())).toThrow(
      Misuse,
    );
    expect(() => writeResponseHead({ version: '1.1', status: 20, reason: '' }, new Fields())).toThrow(Misuse);
  });

  it('reads back what it wrote', () => {
    const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,20}$/);
    const value = fc.stringMatching(
      /^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,30}[\x21-\x7e\x80-\xff])?$/,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(token, fc.oneof(value, fc.constant('')))), (pairs) => {
        const lines = writeFields(Fields.from(pairs)).split('\r\n').slice(0, -1);
        expect(fieldLines(lines)).toEqual(pairs);
      }),
    );
  });
});

describe('Fields', () => {
  it('keeps order and case, finds in any case, joins repeated lines', () => {
    const fields = Fields.from([
      ['Via', 'a'],
      ['X', '1'],
      ['VIA', 'b'],
    ]);
    expect(fields.get('via')).toBe('a, b');
    expect(fields.getAll('Via')).toEqual(['a', 'b']);
    expect(fields.has('x')).toBe(true);
    expect(fields.get('y')).toBeUndefined();
    expect(fields.set('via', 'c').entries()).toEqual([
      ['via', 'c'],
      ['X', '1'],
    ]);
    expect(fields.delete('x')).toBe(true);
    expect(fields.delete('x')).toBe(false);
    expect(Fields.from(fields).entries()).toEqual([['via', 'c']]);
  });
});

describe('names', () => {
  it('has reasons and sections', () => {
    expect(reasonPhrase(431)).toBe('Request Header Fields Too Large');
    expect(reasonPhrase(299)).toBe('');
    expect(describeStatus(499).spec).toBe('RFC 9110 §15.5');
    expect(describeField('content-LENGTH')?.spec).toBe('RFC 9110 §8.6');
  });
});

describe('HTTP dates (RFC 9110 §5.6.7)', () => {
  it('writes and reads the example of the RFC in all three forms', () => {
    expect(formatHttpDate(784_111_777)).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    for (const text of [
      'Sun, 06 Nov 1994 08:49:37 GMT',
      'Sunday, 06-Nov-94 08:49:37 GMT',
      'Sun Nov  6 08:49:37 1994',
    ]) {
      expect(parseHttpDate(text, 1_700_000_000)).toBe(784_111_777);
    }
  });

  it('agrees with the language on every second', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (second) => {
        const text = formatHttpDate(second);
        expect(text).toBe(new Date(second * 1000).toUTCString());
        expect(parseHttpDate(text)).toBe(second);
      }),
    );
  });

  it('takes a two-digit year for the nearest', () => {
    const now = parseHttpDate('Mon, 01 Jan 2024 00:00:00 GMT');
    expect(formatHttpDate(parseHttpDate('Sunday, 06-Nov-73 08:49:37 GMT', now))).toContain('2073');
    expect(formatHttpDate(parseHttpDate('Sunday, 06-Nov-75 08:49:37 GMT', now))).toContain('1975');
  });

  it.each([
    '',
    'yesterday',
    'Sun, 30 Feb 2024 00:00:00 GMT',
    'Sun, 06 Nov 1994 24:00:00 GMT',
    'Sun, 06 Nov 1994 08:49:37 CET',
    '1994-11-06',
  ])('refuses %j', (text) => {
    expect(() => parseHttpDate(text)).toThrow(Malformed);
  });
});

/** Leaves in order; fails when they leave a gap or overlap. */
function leavesOf(node: Node, bits: number): Node[] {
  const leaves: Node[] = [];
  const walk = (one: Node): void => {
    if (one.children.length > 0) one.children.forEach(walk);
    else if (one !== node) leaves.push(one);
  };
  walk(node);
  let at = 0;
  for (const leaf of leaves) {
    expect(leaf.bitStart).toBe(at);
    expect(leaf.bitLength).toBeGreaterThan(0);
    at += leaf.bitLength;
  }
  expect(at).toBe(bits);
  return leaves;
}

const GET = 'GET /a HTTP/1.1\r\nHost: www.shop.example\r\nX-Own:1 \r\n\r\n';
const CHUNKED =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;n=1\r\nhello\r\n3\r\n, w\r\n0\r\nETag: "t"\r\n\r\n';

describe('dissectHttp1', () => {
  const text = (message: string, leaf: Node): string =>
    toLatin1(fromLatin1(message), leaf.bitStart / 8, (leaf.bitStart + leaf.bitLength) / 8);

  it('makes a leaf of every part of a request', () => {
    const tree = dissectHttp1(fromLatin1(GET));
    const leaves = leavesOf(tree, GET.length * 8);
    expect(leaves.map((leaf) => [leaf.label, text(GET, leaf)])).toEqual([
      ['Method', 'GET'],
      ['Space', ' '],
      ['Request target', '/a'],
      ['Space', ' '],
      ['Version', 'HTTP/1.1'],
      ['Line end', '\r\n'],
      ['Name', 'Host'],
      ['Colon', ':'],
      ['Space', ' '],
      ['Host value', 'www.shop.example'],
      ['Line end', '\r\n'],
      ['Name', 'X-Own'],
      ['Colon', ':'],
      ['X-Own value', '1'],
      ['Space', ' '],
      ['Line end', '\r\n'],
      ['Empty line', '\r\n'],
    ]);
    expect(tree.text).toBe('GET /a');
    expect(tree.problem).toBeUndefined();
    expect(leaves.filter(({ label }) => label === 'Space').map(({ spec }) => spec)).toEqual([
      'RFC 9112 §3',
      'RFC 9112 §3',
      'RFC 9112 §5.1',
      'RFC 9112 §5.1',
    ]);
    expect(tree.children[0]!.children.find((node) => node.label === 'Host')?.spec).toBe('RFC 9110 §7.2');
  });

  it('shows chunks, extensions and trailers', () => {
    const leaves = leavesOf(dissectHttp1(fromLatin1(CHUNKED)), CHUNKED.length * 8);
    const parts = leaves.map((leaf) => [leaf.label, text(CHUNKED, leaf)]);
    expect(parts).toContainEqual(['Chunk extensions', ';n=1']);
    expect(parts.filter(([label]) => label === 'Content').map(([, content]) => content)).toEqual([
      'hello',
      ', w',
    ]);
    expect(parts).toContainEqual(['ETag value', '"t"']);
  });

  it('shows messages one after the other, and no content after a HEAD', () => {
    expect(dissectHttp1(fromLatin1(GET + GET)).children).toHaveLength(2);
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    expect(
      dissectHttp1(fromLatin1(head + head), 0, head.length * 2, { method: 'HEAD' }).children,
    ).toHaveLength(2);
    expect(dissectHttp1(fromLatin1(`${head}12345${head}`)).children).toHaveLength(2);
  });

  it('stays a partition wherever it is cut, and when bytes are changed', () => {
    for (const message of [GET, CHUNKED]) {
      for (let end = 0; end <= message.length; end++)
        leavesOf(dissectHttp1(fromLatin1(message), 0, end), end * 8);
    }
    fc.assert(
      fc.property(
        fc.constantFrom(GET, CHUNKED),
        fc.nat(200),
        fc.nat(255),
        fc.nat(5),
        (message, at, byte, from) => {
          const bytes = fromLatin1(message);
          bytes[at % bytes.length] = byte;
          leavesOf(dissectHttp1(bytes, from), (bytes.length - from) * 8);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('says what is wrong', () => {
    expect(dissectHttp1(fromLatin1('GET /\r\n\r\n')).problem).toContain('three parts');
    expect(dissectHttp1(fromLatin1('nonsense')).problem).toContain('line does not end');
  });
});
