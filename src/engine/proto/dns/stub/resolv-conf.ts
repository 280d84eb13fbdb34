/**
 * resolv.conf(5): which resolvers a host asks, how long it waits, and what it puts behind short names. Read as glibc
 * reads it: keywords stand at the beginning of their line, the last `search` or `domain` counts, three name servers at
 * most, numbers are capped.
 *
 * What glibc passes over in silence is told as a fault, with its line. Not here: `sortlist`, and options that change
 * nothing that can be seen here (`debug`, `no-check-names`, `inet6`, `trust-ad`, `no-reload`).
 */
import { parseIp4 } from '../../../base/address.ts';
import { Malformed } from '../../../base/errors.ts';
import { formatIp, type Ip, parseIp } from '../../../base/ip.ts';
import { type Nanoseconds, SECOND } from '../../../base/units.ts';
import { parseLooseIp4 } from '../../../base/url-host.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import type { LineFault } from './hosts.ts';

export interface ResolvConf {
  /** In the order of the file. */
  readonly servers: readonly Ip[];
  /** What is put behind names, in order; `.` for nothing. */
  readonly search: readonly string[];
  /** Dots from which on a name is tried as it is at first. */
  readonly ndots: number;
  readonly timeout: Nanoseconds;
  /** Rounds through the servers. */
  readonly attempts: number;
  /** Begin each lookup at another server. */
  readonly rotate: boolean;
  readonly edns0: boolean;
  /** TCP only (`use-vc`). */
  readonly useTcp: boolean;
  /** How A and AAAA are asked: together, one after the other, and then from another port each (`single-request-reopen`). */
  readonly pairing: Pairing;
  /** Never ask for AAAA (`no-aaaa`). */
  readonly noAaaa: boolean;
  /** A name without a dot is never tried as it is (`no-tld-query`). */
  readonly noTldQuery: boolean;
}

export type Pairing = 'parallel' | 'single-request' | 'single-request-reopen';

export const DEFAULT_RESOLV_CONF: ResolvConf = {
  servers: [parseIp4('127.0.0.1')],
  search: [],
  ndots: 1,
  timeout: 5 * SECOND,
  attempts: 2,
  rotate: false,
  edns0: false,
  useTcp: false,
  pairing: 'parallel',
  noAaaa: false,
  noTldQuery: false,
};

/** resolv.conf(5): MAXNS; the caps of ndots, timeout and attempts. */
export const MAX_SERVERS = 3;
const MAX_NDOTS = 15;
const MAX_TIMEOUT = 30;
const MAX_ATTEMPTS = 5;

const SILENT = new Set(['debug', 'no-check-names', 'inet6', 'trust-ad', 'no-reload', 'ip6-bytestring']);

type Draft = { -readonly [K in keyof ResolvConf]: ResolvConf[K] };

/** The settings that a text stands for, and what in it is passed over. */
export function parseResolvConf(text: string): {
  readonly conf: ResolvConf;
  readonly faults: readonly LineFault[];
} {
  const draft: Draft = { ...DEFAULT_RESOLV_CONF, servers: [] };
  const faults: LineFault[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (/^[;#]/.test(line) || line.trim() === '') continue;
    const fault = (at: number, message: string): void => {
      faults.push({ line: i + 1, column: at + 1, message });
    };
    readLine(draft, line, fault);
  }
  if (draft.servers.length === 0) draft.servers = DEFAULT_RESOLV_CONF.servers;
  return { conf: draft, faults };
}

/** A text that stands for the settings, defaults left out. */
export function formatResolvConf(conf: ResolvConf): string {
  const lines = conf.servers.map((server) => `nameserver ${formatIp(server)}`);
  if (conf.search.length > 0) lines.push(`search ${conf.search.join(' ')}`);
  const base = DEFAULT_RESOLV_CONF;
  const options = [
    conf.ndots !== base.ndots && `ndots:${conf.ndots}`,
    conf.timeout !== base.timeout && `timeout:${Math.max(1, Math.round(conf.timeout / SECOND))}`,
    conf.attempts !== base.attempts && `attempts:${conf.attempts}`,
    conf.rotate && 'rotate',
    conf.edns0 && 'edns0',
    conf.useTcp && 'use-vc',
    conf.pairing !== 'parallel' && conf.pairing,
    conf.noAaaa && 'no-aaaa',
    conf.noTldQuery && 'no-tld-query',
  ].filter((option) => option !== false);
  if (options.length > 0) lines.push(`options ${options.join(' ')}`);
  return `${lines.join('\n')}\n`;
}

type TellFault = (at: number, message: string) => void;

function readLine(draft: Draft, line: string, fault: TellFault): void {
  const [keyword, ...words] = [...line.matchAll(/\S+/g)];
  if (keyword!.index > 0) {
    fault(0, 'a keyword stands at the beginning of its line; this line does nothing');
    return;
  }
  if (words.length === 0) {
    fault(keyword![0].length, `nothing stands behind ${keyword![0]}`);
    return;
  }
  switch (keyword![0]) {
    case 'nameserver':
      readServer(draft, words[0]!, fault);
      break;
    case 'domain':
      draft.search = domains(words.slice(0, 1), fault);
      break;
    case 'search':
      draft.search = domains(words, fault);
      break;
    case 'options':
      for (const word of words) readOption(draft, word, fault);
      break;
    case 'sortlist':
      fault(0, 'sortlist is not implemented here');
      break;
    default:
      fault(0, `${keyword![0].slice(0, 60)} is no keyword: there are nameserver, search, domain and options`);
  }
}

function readServer(draft: Draft, { 0: word, index }: RegExpMatchArray, fault: TellFault): void {
  if (draft.servers.length >= MAX_SERVERS) {
    fault(0, `only the first ${MAX_SERVERS} name servers are asked`);
    return;
  }
  try {
    draft.servers = [...draft.servers, word.includes(':') ? parseIp(word) : parseLooseIp4(word)];
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    fault(index!, `${word.slice(0, 60)} is no IP address; a name does not do here`);
  }
}

function domains(words: readonly RegExpMatchArray[], fault: TellFault): string[] {
  return words.flatMap(({ 0: word, index }) => {
    try {
      canonicalName(word.endsWith('.') ? word : `${word}.`);
      return [word];
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      fault(index!, `${word.slice(0, 60)} is no name: ${error.message}`);
      return [];
    }
  });
}

function readOption(draft: Draft, { 0: word, index }: RegExpMatchArray, fault: TellFault): void {
  const [name, value] = word.split(':', 2);
  const count = (most: number): number | undefined => {
    if (value !== undefined && /^\d{1,6}$/.test(value)) return Math.min(Number(value), most);
    fault(index!, `${name} needs a whole number: ${name}:2`);
    return undefined;
  };
  switch (name) {
    case 'ndots':
      draft.ndots = count(MAX_NDOTS) ?? draft.ndots;
      return;
    case 'timeout':
      draft.timeout = (count(MAX_TIMEOUT) ?? draft.timeout / SECOND) * SECOND;
      return;
    case 'attempts':
      draft.attempts = count(MAX_ATTEMPTS) ?? draft.attempts;
      return;
    case 'rotate':
      draft.rotate = true;
      return;
    case 'edns0':
      draft.edns0 = true;
      return;
    case 'use-vc':
      draft.useTcp = true;
      return;
    case 'single-request':
    case 'single-request-reopen':
      draft.pairing = name;
      return;
    case 'no-aaaa':
      draft.noAaaa = true;
      return;
    case 'no-tld-query':
      draft.noTldQuery = true;
      return;
    default:
      if (!SILENT.has(name!)) fault(index!, `${word.slice(0, 60)} is no option that is known here`);
  }
}
