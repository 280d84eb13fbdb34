/** Random master files, well formed and damaged, for the tests that hold parser, printer and checks to something. */
import type { Random } from '../../../../src/engine/base/random.ts';

const OWNERS = [
  '@',
  'a',
  'b',
  'www',
  'ns',
  'mail',
  'c',
  'ns.c',
  'x.c',
  'd',
  'x.d',
  '*',
  '*.w',
  'a.w',
  'deep.er',
  '_s._tcp',
  'A',
  'chai.example.',
  'b.chai.example.',
  'other.example.',
  'a\\.b',
  'q\\032r',
  '60',
  'IN',
  '"q r"',
] as const;
const TARGETS = [
  '@',
  'a',
  'ns',
  'b.chai.example.',
  'x.other.example.',
  '.',
  'NS',
  'ns.c',
  'x.w',
  'x.d',
  'nope',
];

/** One of a list. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.below(list.length)]!;
}

function dataOf(random: Random, type: string): string {
  const target = pick(random, TARGETS);
  const small = random.below(70_000);
  switch (type) {
    case 'A':
      return `192.0.2.${random.below(4)}`;
    case 'AAAA':
      return `2001:db8::${random.below(4).toString(16)}`;
    case 'MX':
      return `${small % 66_000} ${target}`;
    case 'SRV':
      return `1 2 ${small} ${target}`;
    case 'TXT':
      return pick(random, [
        'x',
        '"a b"',
        '"x;y" z',
        '"\\"" \\065',
        '""',
        'a"b"',
        `"${'t'.repeat(250 + random.below(8))}"`,
      ]);
    case 'SOA':
      return `${target} h ${random.below(3)} 7200 15m 1w ( ${random.below(2) * 60} )`;
    case 'CAA':
      return `${pick(random, ['0', '128', '256'])} ${pick(random, ['issue', 'iodef', 'x-y'])} ${pick(random, ['";"', 'ca.example', '"a"'])}`;
    case 'HTTPS':
      return `${random.below(2)} ${target} ${pick(random, ['', 'alpn=h2', 'alpn="h2,h3" port=443', 'port=x', 'ipv4hint=192.0.2.1'])}`;
    case 'DS':
      return `${small} 8 2 ${'0'.repeat(pick(random, [62, 64, 64, 64]))}`;
    case 'NSEC':
      return `${target} A NS TYPE1234`;
    case 'TYPE65280':
      return `\\# ${pick(random, ['2 abcd', '0', '1 ab cd', '3 ab cdef'])}`;
    case 'HINFO':
      return '"PC" Linux';
    default:
      return target;
  }
}

const TYPES = [
  'A',
  'A',
  'A',
  'AAAA',
  'MX',
  'TXT',
  'TXT',
  'NS',
  'CNAME',
  'DNAME',
  'PTR',
  'SRV',
  'CAA',
  'HTTPS',
  'DS',
];
const RARE = ['SOA', 'NSEC', 'TYPE65280', 'HINFO', 'FOO', 'a', 'txt'];

function line(random: Random): string {
  const roll = random.below(24);
  if (roll === 0)
    return pick(random, ['$TTL 5', '$TTL 1h', '$ttl 2d3', '$ORIGIN sub', '$ORIGIN chai.example.', '$FOO x']);
  if (roll === 1) return pick(random, ['', '; nothing', '   ', '\t; a "comment" (']);
  const type = random.below(12) === 0 ? pick(random, RARE) : pick(random, TYPES);
  const owner = random.below(6) === 0 ? ' ' : pick(random, OWNERS);
  const between = pick(random, ['', '', '', ' 60', ' IN', ' IN 60', ' 1h IN', ' 61']);
  const data = dataOf(random, type);
  const wrapped = random.below(10) === 0 ? `( ${data.replaceAll(' ', '\n  ')} ) ; end` : data;
  return `${owner}${between} ${type} ${wrapped}`;
}

/** A zone text for `chai.example.`: with SOA, NS and their address most of the time, and up to `most` lines more. */
export function randomText(random: Random, most: number): string {
  const lines: string[] = [];
  if (random.below(10) > 0) lines.push('$TTL 3600');
  if (random.below(20) > 0) lines.push('@ SOA ns hostmaster 1 7200 900 604800 60');
  if (random.below(20) > 0) lines.push('@ NS ns');
  if (random.below(20) > 0) lines.push('ns A 192.0.2.1');
  for (let left = random.below(most + 1); left > 0; left--) lines.push(line(random));
  return `${lines.join(pick(random, ['\n', '\n', '\r\n']))}\n`;
}

const PIECES = [
  ...'()";\\@$.* \t\n\r09aZ_-',
  '\\#',
  '\\065',
  '\\9',
  '$TTL ',
  '$ORIGIN ',
  ' IN ',
  ' A ',
  ' 1h ',
  'é',
  '\n ',
  '..',
];

/** The text with a few characters or words put in, left out, doubled or exchanged. */
export function damaged(random: Random, text: string, most: number): string {
  let result = text;
  for (let left = 1 + random.below(most); left > 0; left--) {
    const at = random.below(result.length + 1);
    const length = random.below(4);
    switch (random.below(4)) {
      case 0:
        result = result.slice(0, at) + pick(random, PIECES) + result.slice(at);
        break;
      case 1:
        result = result.slice(0, at) + result.slice(at + length);
        break;
      case 2:
        result = result.slice(0, at + length) + result.slice(at);
        break;
      default:
        result = result.slice(0, at) + pick(random, PIECES) + result.slice(at + 1);
    }
  }
  return result;
}
