/** A typed line becomes commands and words, or is refused with what a shell says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed, Unsupported } from '../../src/engine/base/errors.ts';
import { parseLine } from '../../src/engine/shell/parse.ts';

const words = (line: string) => parseLine(line).map((command) => command.words);

describe('words', () => {
  it.each([
    ['', []],
    ['   ', []],
    ['# nothing', []],
    ['ping -c 3  192.0.2.1', [['ping', '-c', '3', '192.0.2.1']]],
    ['a\tb', [['a', 'b']]],
    [`echo 'a  b' "c  d" e\\ f`, [['echo', 'a  b', 'c  d', 'e f']]],
    [`echo a'b'"c"d`, [['echo', 'abcd']]],
    [`echo "a\\"b\\\\c\\d" 'e\\f'`, [['echo', 'a"b\\c\\d', 'e\\f']]],
    [`echo '' ""`, [['echo', '', '']]],
    ['echo a # b', [['echo', 'a']]],
    ['echo a#b', [['echo', 'a#b']]],
    ['echo *.txt ~ ?', [['echo', '*.txt', '~', '?']]],
    ["echo ';' '&&' \\;", [['echo', ';', '&&', ';']]],
  ])('%j', (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  it('single quotes keep whatever is between them', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab $|;&<>()"\\` #~*') });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (given) => {
        const line = ['echo', ...given.map((one) => `'${one}'`)].join(' ');
        expect(words(line)).toEqual([['echo', ...given]]);
      }),
    );
  });

  it('reads any line or refuses it, and nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (line) => {
        try {
          for (const command of parseLine(line)) expect(command.words.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error instanceof Malformed || error instanceof Unsupported).toBe(true);
        }
      }),
    );
  });
});

describe('joints', () => {
  it('belong to the command behind them', () => {
    expect(parseLine('a && b || c ; d')).toEqual([
      { joint: ';', words: ['a'] },
      { joint: '&&', words: ['b'] },
      { joint: '||', words: ['c'] },
      { joint: ';', words: ['d'] },
    ]);
  });

  it('sends output on, and into files', () => {
    expect(parseLine('a | b')).toEqual([
      { joint: ';', words: ['a'] },
      { joint: '|', words: ['b'] },
    ]);
    expect(parseLine('a b>c && d >> "e f" g')).toEqual([
      { joint: ';', words: ['a', 'b'], output: { path: 'c', appends: false } },
      { joint: '&&', words: ['d', 'g'], output: { path: 'e f', appends: true } },
    ]);
    expect(parseLine("a '>' b\\>c")).toEqual([{ joint: ';', words: ['a', '>', 'b>c'] }]);
  });

  it('may end a line only as a semicolon', () => {
    expect(parseLine('a;')).toEqual([{ joint: ';', words: ['a'] }]);
    expect(() => parseLine('a &&')).toThrow('unexpected end of file');
  });

  it.each([
    [';', "near unexpected token `;'"],
    ['&& a', "near unexpected token `&&'"],
    ['a ;; b', "near unexpected token `;;'"],
    ['a || ; b', "near unexpected token `;'"],
    ['a >', "near unexpected token `newline'"],
    ['a > ; b', "near unexpected token `;'"],
    ['a | | b', "near unexpected token `|'"],
    ["a 'b", "looking for matching `''"],
    ['a "b', 'looking for matching `"\''],
  ])('%j is an error of syntax', (line, message) => {
    expect(() => parseLine(line)).toThrow(Malformed);
    expect(() => parseLine(line)).toThrow(message);
  });
});

describe('what this shell leaves out is named', () => {
  it.each([
    ['a 2> b', 'no numbered stream'],
    ['a >& b', 'no >&'],
    ['> b', 'the output of programs only'],
    ['a < b', 'redirection'],
    ['a &', 'background jobs'],
    ['echo $HOME', 'variables'],
    ['echo "$HOME"', 'variables'],
    ['echo `a`', 'command substitution'],
    ['(a)', 'subshells'],
    [Array.from({ length: 17 }, () => 'a').join(';'), 'more than 16 commands'],
  ])('%j', (line, what) => {
    expect(() => parseLine(line)).toThrow(Unsupported);
    expect(() => parseLine(line)).toThrow(what);
  });
});
