/**
 * EDNS options, read and written: cookies (RFC 7873), extended errors (RFC 8914), client subnet (RFC 7871), padding
 * (RFC 7830, sizes RFC 8467 §4.1), NSID (RFC 5001), TCP keepalive (RFC 7828), report channel (RFC 9567), EXPIRE (RFC 7314).
 *
 * Each `read…` takes the data of an option and throws {@link Malformed} when it has not the format; each `…Option` makes
 * one. Server cookies are made in server-cookie.ts. Not here: whether to send an option, and what to do about a bad one.
 */
import { formatIp4, type Ip4 } from '../../base/address.ts';
import {
  type Bytes,
  concatBytes,
  fromUtf8,
  readU16,
  readU32,
  toHex,
  toUtf8,
  writeU16,
  writeU32,
} from '../../base/bytes.ts';
import { Malformed, Misuse } from '../../base/errors.ts';
import { type Ip, ip6Bytes, isV4 } from '../../base/ip.ts';
import { formatIp6 } from '../../base/ip6.ts';
import { escapeString } from './character-string.ts';
import { extendedErrorName, OPTION, optionName } from './code.ts';
import { parseName, printName } from './name.ts';

/** One option of an OPT record, data opaque (RFC 6891 §6.1.2). */
export interface EdnsOption {
  readonly code: number;
  readonly data: Bytes;
}

/** The data of the first option with this code. */
export function findOption(options: readonly EdnsOption[] | undefined, code: number): Bytes | undefined {
  return options?.find((option) => option.code === code)?.data;
}

/** RFC 7873 §4: 8 bytes from the client; 8 to 32 from the server, absent in a first query. */
export interface Cookie {
  readonly client: Bytes;
  readonly server: Bytes | undefined;
}

export function cookieOption(client: Bytes, server?: Bytes): EdnsOption {
  if (client.length !== 8 || (server && (server.length < 8 || server.length > 32)))
    throw new Misuse('a client cookie has 8 bytes, a server cookie 8 to 32');
  return { code: OPTION.COOKIE, data: server ? concatBytes([client, server]) : client };
}

/** Lengths that RFC 7873 §4 does not allow are malformed: FORMERR (§5.2.2). */
export function readCookie(data: Bytes): Cookie {
  if (data.length !== 8 && (data.length < 16 || data.length > 40))
    throw new Malformed(`a cookie of ${data.length} bytes, not 8 or 16 to 40`);
  return { client: data.subarray(0, 8), server: data.length > 8 ? data.subarray(8) : undefined };
}

/** RFC 8914 §2. */
export interface ExtendedError {
  /** INFO-CODE; {@link extendedErrorName} knows the registered ones. */
  readonly code: number;
  /** EXTRA-TEXT, may be empty. */
  readonly text: string;
}

export function extendedErrorOption(code: number, text = ''): EdnsOption {
  return { code: OPTION.EDE, data: concatBytes([twoBytes(code), fromUtf8(text)]) };
}

/** A final zero byte of the text, which §2 allows for, is taken off. */
export function readExtendedError(data: Bytes): ExtendedError {
  if (data.length < 2) throw new Malformed('an extended error without its code');
  const end = data.at(-1) === 0 && data.length > 2 ? data.length - 1 : data.length;
  return { code: readU16(data, 0), text: toUtf8(data.subarray(2, end)) };
}

/** All extended errors among the options; those that are malformed are left out. */
export function extendedErrors(options: readonly EdnsOption[] | undefined): ExtendedError[] {
  return (options ?? [])
    .filter(({ code, data }) => code === OPTION.EDE && data.length >= 2)
    .map(({ data }) => readExtendedError(data));
}

/** RFC 7871 §6. */
export interface ClientSubnet {
  /** Address family number: 1 is IPv4, 2 is IPv6. */
  readonly family: number;
  readonly sourcePrefix: number;
  /** 0 in queries; in answers, for which prefix the answer is meant. */
  readonly scopePrefix: number;
  /** As many bytes as the source prefix needs; the bits behind it are zero. */
  readonly address: Bytes;
}

/** The option for an address of which `sourcePrefix` bits are told. */
export function clientSubnetOption(address: Ip, sourcePrefix: number, scopePrefix = 0): EdnsOption {
  const whole = isV4(address) ? fourBytes(address) : ip6Bytes(address);
  if (!(sourcePrefix >= 0 && sourcePrefix <= whole.length * 8))
    throw new Misuse(`a prefix of ${sourcePrefix} bits`);
  const part = whole.slice(0, (sourcePrefix + 7) >> 3);
  if (sourcePrefix & 7) part[part.length - 1]! &= 0xff << (8 - (sourcePrefix & 7));
  return {
    code: OPTION.ECS,
    data: concatBytes([twoBytes(isV4(address) ? 1 : 2), Uint8Array.of(sourcePrefix, scopePrefix), part]),
  };
}

/** Refuses what RFC 7871 answers with FORMERR: wrong lengths, bits behind the prefix (§6), a foreign family (§7.2.1). */
export function readClientSubnet(data: Bytes): ClientSubnet {
  if (data.length < 4) throw new Malformed('a client subnet without its prefix lengths');
  const family = readU16(data, 0);
  const [sourcePrefix, scopePrefix] = [data[2]!, data[3]!];
  const address = data.subarray(4);
  const width = family === 1 ? 32 : family === 2 ? 128 : 0;
  if (width === 0 && !(family === 0 && data.length === 4 && sourcePrefix === 0))
    throw new Malformed(`a client subnet of family ${family}, not 1 (IPv4) or 2 (IPv6)`);
  if (sourcePrefix > width || scopePrefix > width)
    throw new Malformed(`a client subnet longer than ${width} bits`);
  if (address.length !== (sourcePrefix + 7) >> 3)
    throw new Malformed(`a client subnet of ${sourcePrefix} bits in ${address.length} bytes`);
  if (sourcePrefix & 7 && (address[address.length - 1]! & (0xff >> (sourcePrefix & 7))) !== 0)
    throw new Malformed('a client subnet with bits behind its prefix');
  return { family, sourcePrefix, scopePrefix, address };
}

/** The address of a subnet, its bits behind the prefix zero; undefined for family 0. */
export function subnetAddress({ family, address }: ClientSubnet): Ip | undefined {
  if (family !== 1 && family !== 2) return undefined;
  const whole = new Uint8Array(family === 1 ? 4 : 16);
  whole.set(address);
  return family === 1 ? (readU32(whole, 0) as Ip4) : formatIp6(whole);
}

/** `192.0.2.0/24/0`: address, source prefix, scope prefix. */
export function subnetText(subnet: ClientSubnet): string {
  const address = subnetAddress(subnet);
  const text = address === undefined ? '0' : isV4(address) ? formatIp4(address) : address;
  return `${text}/${subnet.sourcePrefix}/${subnet.scopePrefix}`;
}

/** RFC 8467 §4.1: queries are padded to a multiple of 128 bytes, responses to one of 468. */
export const QUERY_BLOCK = 128;
export const RESPONSE_BLOCK = 468;

/**
 * The padding that brings a message of `length` bytes (with its OPT record, without this option) to the next multiple
 * of `block`, and at most to `most` bytes; undefined when not even an empty option fits.
 */
export function paddingOption(length: number, block: number, most = 0xffff): EdnsOption | undefined {
  const bare = length + 4;
  if (bare > most) return undefined;
  const padded = Math.min(Math.ceil(bare / block) * block, most);
  return { code: OPTION.PADDING, data: new Uint8Array(padded - bare) };
}

/** RFC 5001 §2.3: in a query empty, in a response what the server calls itself. */
export function nsidOption(id: Bytes = new Uint8Array(0)): EdnsOption {
  return { code: OPTION.NSID, data: id };
}

/** RFC 7828 §3.1: in a query empty, in a response the idle time-out in units of 100 ms. */
export function keepaliveOption(timeout?: number): EdnsOption {
  return { code: OPTION.KEEPALIVE, data: timeout === undefined ? new Uint8Array(0) : twoBytes(timeout) };
}

/** Units of 100 ms; undefined when the option is that of a query. */
export function readKeepalive(data: Bytes): number | undefined {
  if (data.length !== 0 && data.length !== 2)
    throw new Malformed(`a keepalive of ${data.length} bytes, not 0 or 2`);
  return data.length === 0 ? undefined : readU16(data, 0);
}

/** RFC 9567 §5: the domain of the agent that wants to hear about errors. */
export function reportChannelOption(agent: string): EdnsOption {
  const labels = parseName(agent);
  return {
    code: OPTION.REPORT,
    data: concatBytes([...labels.flatMap((label) => [Uint8Array.of(label.length), label]), Uint8Array.of(0)]),
  };
}

export function readReportChannel(data: Bytes): string {
  const labels: Bytes[] = [];
  let at = 0;
  while (at < data.length && data[at] !== 0) {
    const length = data[at]!;
    if (length > 63 || at + 1 + length >= data.length)
      throw new Malformed('a report channel that is no name');
    labels.push(data.subarray(at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at !== data.length - 1 || data.length > 255) throw new Malformed('a report channel that is no name');
  return printName(labels);
}

/** One option as people read it: `EDE 3 Stale Answer: “…”`, `ECS 192.0.2.0/24/0`, `OPT65001 00ff`. */
export function optionText({ code, data }: EdnsOption): string {
  try {
    return `${optionName(code)} ${meaning(code, data)}`.trimEnd();
  } catch (error) {
    if (error instanceof Malformed) return `${optionName(code)} ${toHex(data)} (${error.message})`;
    throw error;
  }
}

function meaning(code: number, data: Bytes): string {
  switch (code) {
    case OPTION.NSID:
      return data.length === 0 ? '' : `“${escapeString(data)}”`;
    case OPTION.ECS:
      return subnetText(readClientSubnet(data));
    case OPTION.COOKIE: {
      const { client, server } = readCookie(data);
      return server ? `client ${toHex(client)}, server ${toHex(server)}` : `client ${toHex(client)}`;
    }
    case OPTION.KEEPALIVE: {
      const timeout = readKeepalive(data);
      return timeout === undefined ? '' : `${timeout / 10} s`;
    }
    case OPTION.PADDING:
      return `${data.length} bytes`;
    case OPTION.EDE: {
      const { code: info, text } = readExtendedError(data);
      return (
        `${info} ${extendedErrorName(info) ?? ''}`.trimEnd() + (text === '' ? '' : `: “${printable(text)}”`)
      );
    }
    case OPTION.REPORT:
      return readReportChannel(data);
    case OPTION.EXPIRE:
      return data.length === 4 ? `${readU32(data, 0)} s` : toHex(data);
    default:
      return toHex(data);
  }
}

/** Control characters by their number: what a server sends may end up in a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) => `\\${String(control.charCodeAt(0)).padStart(3, '0')}`);
}

function twoBytes(value: number): Bytes {
  if (!(value >= 0 && value <= 0xffff)) throw new Misuse(`${value} does not fit 16 bits`);
  const bytes = new Uint8Array(2);
  writeU16(bytes, 0, value);
  return bytes;
}

function fourBytes(value: number): Bytes {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, value);
  return bytes;
}
