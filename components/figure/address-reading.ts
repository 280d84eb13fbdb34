// What a text means that somebody typed as an address: any notation, with a prefix length or a netmask, a zone, a port,
// brackets or a whole URL around it; and what other readers make of the same text where they disagree.
import {
  type Cidr,
  formatIp,
  type Ip,
  isIp4,
  isV4,
  Malformed,
  parseIp,
  parseUrlHost,
  prefixLengthOfMask,
  readAddress,
  readInterface,
  Unsupported,
  widthOf,
} from '../engine/addresses.ts';
import { addressFault, maskFault } from './address-fault.ts';

export interface Reading {
  /** The address with its prefix; without one it is the address alone. */
  readonly cidr: Cidr;
  /** How the prefix was given. */
  readonly given: 'length' | 'netmask' | 'wildcard' | undefined;
  readonly zone: string | undefined;
  readonly port: number | undefined;
  /** How it was read, in words: `dotted decimal, with a prefix length`. */
  readonly notation: string;
  /** What was typed for the address alone: a new prefix length is put behind it. */
  readonly head: string;
  /** What may have been meant instead. */
  readonly hint: string | undefined;
  /** What readers say who do not agree, and what to learn from it; no answers when they do. */
  readonly answers: readonly Answer[];
  readonly lesson: string;
}

export interface Answer {
  readonly who: string;
  /** The address they see, `undefined` when they refuse. */
  readonly sees: string | undefined;
  readonly why: string;
}

export interface Fault {
  readonly fault: string;
}

/** More than any address is long, and short enough to look at with every key. */
const LONGEST = 300;

export function readTyped(typed: string): Reading | Fault {
  const text = typed.trim();
  if (text === '') return { fault: 'Type an address or a prefix.' };
  if (text.length > LONGEST) return { fault: 'That is longer than any address.' };
  const { host, mask, port, around } = takeApart(text);
  if (port !== undefined && (port === '' || Number(port) > 65_535))
    return {
      fault:
        port === ''
          ? 'A port number is missing after the colon.'
          : `Port ${port} does not exist: the last one is 65535.`,
    };
  const read = readHost(host, around === 'brackets');
  if ('fault' in read) return read;
  const prefix = readPrefix(read.address, mask);
  if ('fault' in prefix) return prefix;
  const means = [
    read.notation,
    prefix.given === undefined ? '' : `with a ${prefix.given === 'length' ? 'prefix length' : prefix.given}`,
    read.zone === undefined ? '' : `in zone ${read.zone}`,
    around === 'URL' ? 'in a URL' : around === 'brackets' ? 'in brackets' : '',
    port === undefined ? '' : `port ${Number(port)}`,
  ];
  return {
    ...prefix,
    zone: read.zone,
    port: port === undefined ? undefined : Number(port),
    notation: means.filter(Boolean).join(', '),
    head: host,
    hint: around === undefined ? portHint(host) : undefined,
    answers: read.answers,
    lesson: read.lesson,
  };
}

/** What stands around the address: a URL, brackets, a port, a prefix. */
function takeApart(text: string): {
  readonly host: string;
  readonly mask: string | undefined;
  readonly port: string | undefined;
  readonly around: 'URL' | 'brackets' | undefined;
} {
  // In a URL a slash begins the path, never a prefix length
  const url = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#\\@]*@)?([^/?#\\]*)/i.exec(text);
  const rest = url ? url[1]! : text;
  const split = url
    ? undefined
    : (/^([^/]*)\/(.*)$/s.exec(rest) ?? /^(\S+)\s+(?:(?:net)?mask\s+)?(\d+\.[\d.]+)$/i.exec(rest));
  const [head, mask] = split ? [split[1]!.trim(), split[2]!.trim()] : [rest, undefined];
  const bracketed = /^\[([^\]]*)\](?::(\d*))?$/.exec(head);
  if (bracketed) return { host: bracketed[1]!, mask, port: bracketed[2], around: url ? 'URL' : 'brackets' };
  const withPort = /^([^:[\]]+):(\d*)$/.exec(head);
  if (withPort && (url || /[.x]/i.test(withPort[1]!)))
    return { host: withPort[1]!, mask, port: withPort[2], around: url ? 'URL' : undefined };
  return { host: head, mask, port: undefined, around: url ? 'URL' : undefined };
}

type Host = Pick<Reading, 'zone' | 'notation' | 'answers' | 'lesson'> & { readonly address: Ip };

function readHost(host: string, isBracketed: boolean): Host | Fault {
  if (isBracketed && !host.includes(':'))
    return { fault: 'Brackets are for IPv6; an IPv4 address has none.' };
  const strict = attempt(() => readAddress(host));
  const browser = attempt(() => {
    const read = parseUrlHost(host.includes(':') ? `[${host}]` : host);
    return read.kind === 'address' ? read.address : undefined;
  });
  if (strict !== undefined) {
    const { address, zone } = strict;
    const notation = isV4(address) ? 'dotted decimal' : notation6(host.split('%')[0]!);
    return {
      address,
      zone,
      notation,
      ...(zone === undefined ? AGREED : zoneAnswers(`${formatIp(address)}%${zone}`)),
    };
  }
  if (browser === undefined) return { fault: addressFault(host) };
  const notation = notation4(host);
  const sees = formatIp(browser);
  const plain = withoutZeros(host);
  const answers: Answer[] = [
    { who: 'A strict parser', sees: undefined, why: whyStrictRefuses(host) },
    { who: 'A browser', sees, why: notation },
  ];
  if (plain !== undefined && plain !== sees)
    answers.push({ who: 'One that skips zeros', sees: plain, why: 'as people read numbers' });
  const lesson = `One text, ${answers.length === 2 ? 'two' : 'three'} answers. Whatever checks an address must read it as whatever uses it does.`;
  return { address: browser, zone: undefined, notation, answers, lesson };
}

const AGREED = { answers: [], lesson: '' };

function zoneAnswers(sees: string): Pick<Reading, 'answers' | 'lesson'> {
  return {
    answers: [
      { who: 'A strict parser', sees, why: 'the zone names a link of this one machine' },
      { who: 'A browser', sees: undefined, why: 'no zones in URLs' },
    ],
    lesson: 'A zone means something on one machine only. It is no part of the address, and never travels.',
  };
}

function readPrefix(address: Ip, mask: string | undefined): Pick<Reading, 'cidr' | 'given'> | Fault {
  if (mask === undefined)
    return { cidr: { address, prefixLength: widthOf(isV4(address) ? 4 : 6) } as Cidr, given: undefined };
  const read = attempt(() => readInterface(`${formatIp(address)}/${mask}`));
  if (read === undefined) return { fault: maskFault(mask, isV4(address)) };
  if (/^\d+$/.test(mask)) return { cidr: read.cidr, given: 'length' };
  const bits = parseIp(mask);
  return {
    cidr: read.cidr,
    given: isV4(bits) && prefixLengthOfMask(bits) !== undefined ? 'netmask' : 'wildcard',
  };
}

/** `::1:80` is an address of its own; people who write it mean port 80 (RFC 5952 §6). */
function portHint(host: string): string | undefined {
  const found = /^(.*::.*):(22|53|80|443|3000|5432|8000|8080|8443)$/.exec(host);
  return found ? `If ${found[2]} was meant as a port, write [${found[1]}]:${found[2]}.` : undefined;
}

/** The result, or `undefined` when the text is refused. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed || error instanceof Unsupported) return undefined;
    throw error;
  }
}

// ── notations ──

/** `one hexadecimal number`, `an octal and three decimal parts`: how a browser reads these parts. */
function notation4(host: string): string {
  if (/[^\0-\x7f]|%/.test(host)) return 'IPv4 in disguise: characters that stand for digits and dots';
  const parts = host.replace(/\.$/, '').split('.');
  const bases = parts.map((part) =>
    /^0x/i.test(part) ? 'hexadecimal' : /^0\d/.test(part) ? 'octal' : 'decimal',
  );
  const first = bases[0]!;
  if (parts.length === 1) return `one ${first} number of 32 bits`;
  const kinds = [...new Set(bases)];
  const named = kinds.length === 1 ? `all ${first}` : kinds.join(' and ');
  const bytes = 5 - parts.length;
  const last = bytes > 1 ? `, the last of them ${8 * bytes} bits wide` : '';
  return `${['two', 'three', 'four'][parts.length - 2]} parts, ${named}${last}`;
}

function notation6(host: string): string {
  const words = host.includes('::') ? 'IPv6, zeros left out at ::' : 'IPv6, all groups written';
  return /\./.test(host) ? `${words}, its last 32 bits in dotted decimal` : words;
}

function whyStrictRefuses(host: string): string {
  if (/[^\0-\x7f]|%/.test(host)) return 'other characters than digits and dots';
  if (/0x/i.test(host)) return 'hexadecimal is not for IPv4';
  if (host.endsWith('.')) return 'a dot at the end';
  if (host.split('.').length !== 4) return 'not four parts';
  return 'a leading zero';
}

/** Four decimal parts with their leading zeros taken off: what a person reads, and some programs. */
function withoutZeros(host: string): string | undefined {
  if (!/^\d+(?:\.\d+){3}$/.test(host)) return undefined;
  const plain = host.split('.').map(Number).join('.');
  return isIp4(plain) ? plain : undefined;
}
