/**
 * The queries that dig, host and nslookup send: header flags, one question, EDNS options in the order of BIND's.
 */
import { type Bytes, writeU16 } from '../../base/bytes.ts';
import { OPTION, TYPE } from '../../wire/dns/code.ts';
import { encodeDns } from '../../wire/dns/fast.ts';
import type { DnsMessage, EdnsOption } from '../../wire/dns/message.ts';

export interface EdnsSettings {
  readonly version: number;
  readonly udpSize: number;
  readonly dnssecOk: boolean;
  /** The other bits of the flags field. */
  readonly flags: number;
  readonly hasNsid: boolean;
  /** Client subnet, ready to send. */
  readonly subnet: Bytes | undefined;
  readonly hasExpire: boolean;
  readonly hasKeepalive: boolean;
  /** A multiple of this many bytes (RFC 8467 §4.1 recommends 128); 0 for no padding. */
  readonly padding: number;
  readonly options: readonly EdnsOption[];
}

export interface QuerySettings {
  readonly type: number;
  readonly class: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  readonly hasReserved: boolean;
  /** A header and no question. */
  readonly isHeaderOnly: boolean;
  readonly edns: EdnsSettings | undefined;
}

/** What host and nslookup send: recursion desired, nothing else. */
export const PLAIN_QUERY: Omit<QuerySettings, 'type' | 'class'> = {
  opcode: 0,
  recursionDesired: true,
  authoritative: false,
  truncated: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  hasReserved: false,
  isHeaderOnly: false,
  edns: undefined,
};

const NOTHING = new Uint8Array(0);

/** `cookie`: what goes into the cookie option, if there is to be one. */
export function queryBytes(
  id: number,
  name: string,
  settings: QuerySettings,
  cookie: Bytes | undefined,
): Bytes {
  const { edns } = settings;
  const base = {
    id,
    response: false,
    opcode: settings.opcode,
    authoritative: settings.authoritative,
    truncated: settings.truncated,
    recursionDesired: settings.recursionDesired,
    recursionAvailable: settings.recursionAvailable,
    authenticData: settings.authenticData,
    checkingDisabled: settings.checkingDisabled,
    rcode: 0,
    questions: settings.isHeaderOnly ? [] : [{ name, type: settings.type, class: settings.class }],
    answers: [],
    authorities: [],
    additionals: [],
  };
  if (!edns) return flagged(encodeDns(base), settings);
  const options = optionsOf(edns, cookie);
  let bytes = encodeDns(withOptions(base, edns, options));
  if (edns.padding > 0) {
    const short = (bytes.length + 4) % edns.padding;
    const padding = new Uint8Array(short === 0 ? 0 : edns.padding - short);
    bytes = encodeDns(withOptions(base, edns, [...options, { code: OPTION.PADDING, data: padding }]));
  }
  return flagged(bytes, settings);
}

function withOptions(base: DnsMessage, edns: EdnsSettings, data: readonly EdnsOption[]): DnsMessage {
  const ttl = edns.version * 0x1_0000 + (edns.dnssecOk ? 0x8000 : 0) + (edns.flags & 0x7fff);
  return { ...base, additionals: [{ name: '.', type: TYPE.OPT, class: edns.udpSize, ttl, data }] };
}

function optionsOf(edns: EdnsSettings, cookie: Bytes | undefined): readonly EdnsOption[] {
  const options: EdnsOption[] = [];
  if (edns.hasNsid) options.push({ code: OPTION.NSID, data: NOTHING });
  if (edns.subnet) options.push({ code: OPTION.ECS, data: edns.subnet });
  if (cookie) options.push({ code: OPTION.COOKIE, data: cookie });
  if (edns.hasExpire) options.push({ code: OPTION.EXPIRE, data: NOTHING });
  if (edns.hasKeepalive) options.push({ code: OPTION.KEEPALIVE, data: NOTHING });
  return [...options, ...edns.options];
}

/** The reserved bit has no place in a message's value. */
function flagged(bytes: Bytes, { hasReserved }: QuerySettings): Bytes {
  if (hasReserved) bytes[3]! |= 0x40;
  return bytes;
}

/** The data of a client subnet option (RFC 7871 §6): as many bytes of the address as the prefix needs, the rest zero. */
export function subnetOption(address: Bytes, prefixLength: number): Bytes {
  const size = Math.ceil(prefixLength / 8);
  const data = new Uint8Array(4 + size);
  writeU16(data, 0, address.length === 4 ? 1 : 2);
  data[2] = prefixLength;
  data.set(address.subarray(0, size), 4);
  const spare = size * 8 - prefixLength;
  if (spare > 0) data[3 + size]! &= 0xff << spare;
  return data;
}
