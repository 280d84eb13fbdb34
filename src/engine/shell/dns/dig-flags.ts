/**
 * dig's `+flags`: `+[no]name[=value]`, any beginning of a name that dig takes for one. Each changes the settings of a
 * lookup, or those of the whole command.
 */

import { parseIp4 } from '../../base/address.ts';
import { fromHex } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { parseIp6 } from '../../base/ip6.ts';
import { isIP } from '../../base/is-ip.ts';
import { OPCODE } from '../../wire/dns/code.ts';
import type { DigGlobals, DigSettings } from './dig-settings.ts';
import { subnetOption } from './query.ts';

/** Why the command ends before anything is asked. */
export interface DigRefusal {
  readonly out?: string;
  readonly err?: string;
  readonly status: number;
  /** The usage lines follow. */
  readonly isUsage?: boolean;
}

/** The lookup and the command that a flag changes, and where remarks go. */
export interface FlagTarget {
  readonly lookup: DigSettings;
  readonly globals: DigGlobals;
  warn(text: string): void;
}

/** `text` is what stands behind the +. */
export function applyFlag(text: string, target: FlagTarget): DigRefusal | undefined {
  const equals = text.indexOf('=');
  const word = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
  const value = equals < 0 ? undefined : text.slice(equals + 1);
  const isOn = !word.startsWith('no');
  const name = isOn ? word : word.slice(2);
  const found = FLAGS.find(([full, shortest]) => name.length >= shortest && full.startsWith(name));
  const invalid = { err: `Invalid option: +${word}\n`, status: 1, isUsage: true };
  if (!found) return invalid;
  if (found[2] === undefined) {
    return { err: `dig: +${found[0]} is not available in this terminal\n`, status: 1 };
  }
  const result = found[2](target, isOn, value);
  return result === 'invalid' ? invalid : result;
}

type Effect = (
  target: FlagTarget,
  isOn: boolean,
  value: string | undefined,
) => DigRefusal | 'invalid' | undefined;

type BooleanSetting = {
  [K in keyof DigSettings]: boolean extends DigSettings[K] ? K : never;
}[keyof DigSettings];

function sets(key: BooleanSetting): Effect {
  return ({ lookup }, isOn) => {
    lookup[key] = isOn;
    return undefined;
  };
}

/** As {@link sets}; what travels in an option asks for EDNS, too. */
function setsOption(key: 'hasCookie' | 'hasNsid' | 'hasExpire' | 'hasKeepalive'): Effect {
  return ({ lookup }, isOn) => {
    lookup[key] = isOn;
    if (isOn) lookup.edns = Math.max(0, lookup.edns);
    return undefined;
  };
}

const ignored: Effect = () => undefined;

/** A whole number; `what` names it in the refusal. */
function takes(what: string, most: number, set: (target: FlagTarget, value: number) => void): Effect {
  return (target, isOn, value) => {
    if (value === undefined || value === '' || !isOn) return 'invalid';
    const number = readNumber(what, value, most);
    if (typeof number !== 'number') return number;
    set(target, number);
    return undefined;
  };
}

export function readNumber(what: string, value: string, most: number): number | DigRefusal {
  const refuse = (why: string): DigRefusal => ({
    out: `invalid ${what} '${value}': ${why}\n`,
    err: `dig: Couldn't parse ${what}\n`,
    status: 10,
  });
  if (!/^\d+$/.test(value)) return refuse('not a valid number');
  return Number(value) > most ? refuse('out of range') : Number(value);
}

/** dig's own bounds: MAXTIMEOUT, MAXTRIES, COMMSIZE, MAXNDOTS. */
const MOST = { timeout: 0xffff, tries: 0xffff_ffff, size: 65_535, ndots: 0xffff } as const;

/** Full name, the shortest beginning that is understood, and what it does; undefined where it is left out here. */
const FLAGS: readonly (readonly [name: string, shortest: number, effect: Effect | undefined])[] = [
  ['aaflag', 2, sets('aa')],
  ['aaonly', 3, sets('aa')],
  ['adflag', 2, sets('ad')],
  ['additional', 3, sets('additional')],
  ['all', 2, setAll],
  ['answer', 2, sets('answer')],
  ['authority', 2, sets('authority')],
  ['badcookie', 2, sets('retriesBadCookie')],
  ['besteffort', 2, sets('isTolerant')],
  ['bufsize', 2, setSize],
  ['cdflag', 2, sets('cd')],
  ['class', 2, sets('showsClass')],
  ['cmd', 2, setCommand],
  ['coflag', 2, setCompact],
  ['comments', 3, sets('comments')],
  ['cookie', 3, setCookie],
  ['crypto', 2, sets('crypto')],
  ['defname', 2, sets('usesSearch')],
  ['dnssec', 3, sets('isDnssec')],
  ['do', 2, sets('isDnssec')],
  ['dns64prefix', 4, undefined],
  ['domain', 3, setDomain],
  ['edns', 2, setEdns],
  ['ednsflags', 5, setEdnsFlags],
  ['ednsnegotiation', 5, sets('negotiatesEdns')],
  ['ednsopt', 5, setEdnsOption],
  ['expandaaaa', 4, sets('expandsAaaa')],
  ['expire', 4, setsOption('hasExpire')],
  ['fail', 1, sets('stopsAtServfail')],
  ['header-only', 2, sets('isHeaderOnly')],
  ['https', 3, undefined],
  ['http-plain', 3, undefined],
  ['identify', 3, sets('identify')],
  ['idnin', 4, ignored],
  ['idnout', 4, ignored],
  ['ignore', 2, sets('ignoresTruncation')],
  ['keepalive', 5, setsOption('hasKeepalive')],
  ['keepopen', 5, ignored],
  ['mapped', 2, ignored],
  ['multiline', 2, sets('multiline')],
  ['ndots', 2, takes('ndots', MOST.ndots, ({ globals }, value) => (globals.ndots = value))],
  ['nsid', 3, setsOption('hasNsid')],
  ['nssearch', 3, undefined],
  ['onesoa', 2, ignored],
  ['opcode', 2, setOpcode],
  ['padding', 1, takes('padding', 512, ({ lookup }, value) => (lookup.padding = value))],
  ['qid', 2, takes('qid', 65_535, ({ lookup }, value) => (lookup.id = value))],
  ['qr', 2, sets('showsQuery')],
  ['question', 2, sets('question')],
  ['raflag', 2, sets('ra')],
  ['rdflag', 2, sets('rd')],
  ['recurse', 3, sets('rd')],
  ['retry', 3, takes('tries', MOST.tries, ({ lookup }, value) => (lookup.tries = Math.max(1, value + 1)))],
  ['rrcomments', 2, setRecordComments],
  ['search', 2, sets('usesSearch')],
  ['short', 3, setShort],
  ['showbadcookie', 5, ignored],
  ['showsearch', 5, setShowSearch],
  ['split', 2, setSplit],
  ['stats', 2, sets('stats')],
  ['subnet', 2, setSubnet],
  ['tcp', 2, setTcp],
  ['tcflag', 3, sets('tc')],
  [
    'timeout',
    2,
    takes('timeout', MOST.timeout, ({ lookup }, value) => (lookup.timeout = Math.max(1, value))),
  ],
  ['tls', 2, undefined],
  ['trace', 3, setTrace],
  ['tries', 3, takes('tries', MOST.tries, ({ lookup }, value) => (lookup.tries = Math.max(1, value)))],
  ['ttlid', 3, sets('ttl')],
  ['ttlunits', 4, setUnits],
  ['unexpected', 3, ignored],
  ['unknownformat', 3, sets('unknownFormat')],
  ['vc', 1, setTcp],
  ['yaml', 1, undefined],
  ['zflag', 1, sets('z')],
];

function setAll({ lookup, globals }: FlagTarget, isOn: boolean): undefined {
  for (const key of ['question', 'answer', 'authority', 'additional', 'comments', 'stats'] as const)
    lookup[key] = isOn;
  globals.printsCommand = isOn;
}

function setCommand({ globals }: FlagTarget, isOn: boolean): undefined {
  globals.printsCommand = isOn;
}

function setShort({ lookup, globals }: FlagTarget, isOn: boolean): undefined {
  globals.isShort = isOn;
  if (!isOn) return;
  globals.printsCommand = false;
  for (const key of ['question', 'authority', 'additional', 'comments', 'stats'] as const)
    lookup[key] = false;
  lookup.answer = true;
  lookup.rrComments = false;
}

function setTrace({ lookup }: FlagTarget, isOn: boolean): undefined {
  lookup.isTrace = isOn;
  if (!isOn) return;
  for (const key of ['rd', 'identify', 'authority', 'isDnssec'] as const) lookup[key] = true;
  for (const key of ['comments', 'stats', 'additional', 'question', 'usesSearch'] as const)
    lookup[key] = false;
  lookup.rrComments = undefined;
}

function setSize({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  if (value === undefined || !isOn) {
    lookup.udpSize = -1;
    return undefined;
  }
  const size = readNumber('buffer size', value, MOST.size);
  if (typeof size !== 'number') return size;
  lookup.udpSize = size;
  return undefined;
}

function setEdns({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  const version = !isOn ? -1 : value === undefined ? 0 : readNumber('edns', value, 255);
  if (typeof version !== 'number') return version;
  lookup.edns = version;
  return undefined;
}

function setCompact({ lookup }: FlagTarget, isOn: boolean): undefined {
  lookup.ednsFlags = isOn ? lookup.ednsFlags | 0x4000 : lookup.ednsFlags & ~0x4000;
}

function setEdnsFlags({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  const flags = !isOn || value === undefined ? 0 : Number(value);
  if (!Number.isInteger(flags) || flags < 0 || flags > 0xffff) {
    return {
      out: `invalid ednsflags '${value}': not a valid number\n`,
      err: "dig: Couldn't parse ednsflags\n",
      status: 10,
    };
  }
  lookup.ednsFlags = (lookup.ednsFlags & 0x4000) | (flags & 0x3fff);
  return undefined;
}

/** Options that may be given by name. */
const OPTION_CODES: Readonly<Record<string, number>> = {
  nsid: 3,
  ecs: 8,
  expire: 9,
  cookie: 10,
  keepalive: 11,
  padding: 12,
  ede: 15,
};

function setEdnsOption({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  if (!isOn) {
    lookup.ednsOptions = [];
    return undefined;
  }
  if (value === undefined) return { err: 'dig: ednsopt no code point specified\n', status: 1 };
  const [name, hex = ''] = value.split(':', 2);
  const code = OPTION_CODES[name!.toLowerCase()] ?? Number(name);
  if (!Number.isInteger(code) || code < 0 || code > 65_535)
    return { err: `dig: bad edns code point: ${name}\n`, status: 1 };
  try {
    lookup.ednsOptions = [...lookup.ednsOptions, { code, data: fromHex(hex) }];
    lookup.edns = Math.max(0, lookup.edns);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { err: 'dig: isc_hex_decodestring: bad hex encoding\n', status: 1 };
  }
  return undefined;
}

function setCookie({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  lookup.hasCookie = isOn;
  if (!isOn) return undefined;
  lookup.edns = Math.max(0, lookup.edns);
  if (value === undefined) return undefined;
  try {
    lookup.cookie = fromHex(value);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { err: 'dig: isc_hex_decodestring: bad hex encoding\n', status: 1 };
  }
  return undefined;
}

function setSubnet({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  if (!isOn) {
    lookup.subnet = undefined;
    return undefined;
  }
  if (value === undefined) return 'invalid';
  const [text, length] = value.split('/', 2);
  const whole = /^\d{1,3}(\.\d{1,3}){0,2}$/.test(text!)
    ? `${text}${'.0'.repeat(4 - text!.split('.').length)}`
    : text!;
  const family = isIP(whole);
  if (family === 0 || !/^\d*$/.test(length ?? ''))
    return { err: `dig: invalid address '${value}'\n`, status: 1 };
  const bytes = family === 4 ? bytes4(parseIp4(whole)) : parseIp6(whole);
  const most = bytes.length * 8;
  // a bare 0 is the prefix of nothing: do not pass on where I am (RFC 7871 §7.1.2)
  const given = length === undefined || length === '' ? (text === '0' ? 0 : most) : Number(length);
  lookup.subnet = subnetOption(bytes, Math.min(most, given));
  return undefined;
}

function bytes4(address: number): Uint8Array {
  return Uint8Array.of(address >>> 24, (address >>> 16) & 255, (address >>> 8) & 255, address & 255);
}

function setOpcode({ lookup }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  if (!isOn) lookup.opcode = 0;
  if (!isOn || value === undefined) return isOn ? 'invalid' : undefined;
  const known = (OPCODE as Readonly<Record<string, number>>)[value.toUpperCase()];
  const opcode = known ?? readNumber('opcode', value, 15);
  if (typeof opcode !== 'number') return opcode;
  lookup.opcode = opcode;
  return undefined;
}

function setRecordComments({ lookup }: FlagTarget, isOn: boolean): undefined {
  lookup.rrComments = isOn;
}

function setShowSearch({ lookup }: FlagTarget, isOn: boolean): undefined {
  lookup.showsSearch = isOn;
  lookup.usesSearch = isOn;
}

function setDomain({ globals }: FlagTarget, isOn: boolean, value: string | undefined): ReturnType<Effect> {
  if (!isOn || value === undefined) return 'invalid';
  globals.domain = value;
  return undefined;
}

function setTcp({ lookup }: FlagTarget, isOn: boolean): undefined {
  lookup.isTcp = isOn;
  lookup.isTcpSet = true;
}

function setUnits({ lookup }: FlagTarget, isOn: boolean): undefined {
  lookup.ttl = true;
  lookup.ttlUnits = isOn;
}

function setSplit(
  { lookup, warn }: FlagTarget,
  isOn: boolean,
  value: string | undefined,
): ReturnType<Effect> {
  if (!isOn) {
    if (value !== undefined) return 'invalid';
    lookup.split = 0;
    return undefined;
  }
  if (value === undefined) return undefined;
  const width = readNumber('split', value, 1023);
  if (typeof width !== 'number') return width;
  lookup.split = Math.ceil(width / 4) * 4;
  if (width % 4 !== 0) warn(`;; Warning, split must be a multiple of 4; adjusting to ${lookup.split}\n`);
  return undefined;
}
