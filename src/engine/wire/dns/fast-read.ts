/**
 * DNS messages, read by hand: one half of the fast twin of the declaration (fast.ts says why, and what holds them equal).
 *
 * Names dominate the cost. Most names of an answer are a pointer to one place, so for each place of the message the name
 * that was read there is remembered. State between calls is scratch only: it is reset at the start of each call, and
 * nothing in here calls back.
 */
import type { Ip4 } from '../../base/address.ts';
import { type Bytes, readU16, readU32, toLatin1 } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { TYPE } from './code.ts';
import type { DnsMessage, DnsQuestion, DnsRecord, EdnsOption, SvcParam } from './message.ts';
import { BYTE_TEXT, FIRST_NAME, MAX_HOPS, MAX_LABEL, MAX_NAME } from './name.ts';
import { isCaaTag } from './rdata-classic.ts';
import { decodeTypes } from './type-bitmap.ts';

/** Decodes `buffer[at, end)`. Bytes after the last record are left alone. Throws {@link Malformed}. */
export function decodeDns(buffer: Bytes, at = 0, end = buffer.length): DnsMessage {
  if (end - at < FIRST_NAME) throw truncated(at);
  input = buffer;
  base = at;
  position = at + FIRST_NAME;
  memoCount = 0;
  const high = buffer[at + 2]!;
  const low = buffer[at + 3]!;
  const questions: DnsQuestion[] = [];
  for (let n = readU16(buffer, at + 4); n > 0; n--) {
    const name = readName(end);
    if (position + 4 > end) throw truncated(position);
    questions.push({ name, type: readU16(buffer, position), class: readU16(buffer, position + 2) });
    position += 4;
  }
  return {
    id: readU16(buffer, at),
    response: high >= 0x80,
    opcode: (high >> 3) & 15,
    authoritative: (high & 4) !== 0,
    truncated: (high & 2) !== 0,
    recursionDesired: (high & 1) !== 0,
    recursionAvailable: low >= 0x80,
    authenticData: (low & 0x20) !== 0,
    checkingDisabled: (low & 0x10) !== 0,
    rcode: low & 15,
    questions,
    answers: readRecords(readU16(buffer, at + 6), end),
    authorities: readRecords(readU16(buffer, at + 8), end),
    additionals: readRecords(readU16(buffer, at + 10), end),
  };
}

/**
 * Decodes the data of one record on its own, as `\\# LENGTH HEX` gives it (RFC 3597 §5). Names in it stand in full.
 * Throws {@link Malformed}.
 */
export function decodeData(type: number, bytes: Bytes): DnsRecord['data'] {
  input = bytes;
  base = bytes.length; // no pointer can aim before it
  position = 0;
  memoCount = 0;
  const data = readData(type, bytes.length);
  if (position !== bytes.length)
    throw new Malformed(`${bytes.length - position} bytes left over in the data of a record`, position);
  return data;
}

let input: Bytes = new Uint8Array(0);
let base = 0;
let position = 0;

/** Where names (or the rest of names) start that were read in this message, and their text. */
const MEMO = 32;
const memoAt = new Int32Array(MEMO);
const memoText: string[] = new Array<string>(MEMO).fill('');
/** Octets that the remembered rest has on the wire, and how many pointers led through it. */
const memoOctets = new Int32Array(MEMO);
const memoHops = new Int32Array(MEMO);
let memoCount = 0;

function readRecords(count: number, end: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  for (let n = count; n > 0; n--) {
    const name = readName(end);
    const at = position;
    if (at + 10 > end) throw truncated(at);
    const type = readU16(input, at);
    const code = readU16(input, at + 2);
    const ttl = readU32(input, at + 4);
    position = at + 10;
    const dataEnd = position + readU16(input, at + 8);
    if (dataEnd > end) throw truncated(position);
    records.push(readBody(name, type, code, ttl, dataEnd));
    if (position !== dataEnd)
      throw new Malformed(`${dataEnd - position} bytes left over in the data of a record`, position);
  }
  return records;
}

/** One object shape for all types: the rest of the engine then reads records at one shape, too. */
function readBody(name: string, type: number, code: number, ttl: number, end: number): DnsRecord {
  return { name, type: type as never, class: code, ttl, data: readData(type, end) as never };
}

function readData(type: number, end: number): DnsRecord['data'] {
  switch (type) {
    case TYPE.A:
      return read32(end) as Ip4;
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      return readName(end);
    case TYPE.AAAA:
      return readRun(16, end);
    case TYPE.MX: {
      const preference = read16(end);
      return { preference, exchange: readName(end) };
    }
    case TYPE.SOA: {
      const mname = readName(end);
      const rname = readName(end);
      const serial = read32(end);
      const refresh = read32(end);
      const retry = read32(end);
      const expire = read32(end);
      return { mname, rname, serial, refresh, retry, expire, minimum: read32(end) };
    }
    case TYPE.TXT: {
      const strings: Bytes[] = [];
      while (position < end) strings.push(readRun(input[position++]!, end));
      return strings;
    }
    case TYPE.OPT: {
      const options: EdnsOption[] = [];
      while (position < end) {
        const code = read16(end);
        options.push({ code, data: readRun(read16(end), end) });
      }
      return options;
    }
    default:
      return readLaterData(type, end);
  }
}

/** Types that are rarer, or later than RFC 1035: apart, so that the common ones stay one short function. */
function readLaterData(type: number, end: number): DnsRecord['data'] {
  switch (type) {
    case TYPE.HINFO: {
      const cpu = readString(end);
      return { cpu, os: readString(end) };
    }
    case TYPE.SRV: {
      const priority = read16(end);
      const weight = read16(end);
      const port = read16(end);
      return { priority, weight, port, target: readName(end) };
    }
    case TYPE.DNAME:
      return readPlainName(end);
    case TYPE.CAA: {
      const flags = read8(end);
      const bytes = readString(end);
      const tag = toLatin1(bytes);
      if (!isCaaTag(tag)) throw new Malformed('a CAA tag is letters and digits, at least one', position);
      return { flags, tag, value: readRun(end - position, end) };
    }
    case TYPE.SVCB:
    case TYPE.HTTPS: {
      const priority = read16(end);
      const target = readPlainName(end);
      const params: SvcParam[] = [];
      while (position < end) {
        const key = read16(end);
        params.push({ key, value: readRun(read16(end), end) });
      }
      return { priority, target, params };
    }
    case TYPE.DS: {
      const keyTag = read16(end);
      const algorithm = read8(end);
      const digestType = read8(end);
      return { keyTag, algorithm, digestType, digest: readRun(end - position, end) };
    }
    case TYPE.DNSKEY: {
      const flags = read16(end);
      const protocol = read8(end);
      const algorithm = read8(end);
      return { flags, protocol, algorithm, publicKey: readRun(end - position, end) };
    }
    case TYPE.RRSIG:
      return readSignature(end);
    case TYPE.NSEC: {
      const next = readPlainName(end);
      return { next, types: readTypes(end) };
    }
    case TYPE.NSEC3: {
      const algorithm = read8(end);
      const flags = read8(end);
      const iterations = read16(end);
      const salt = readString(end);
      const nextHashed = readString(end);
      return { algorithm, flags, iterations, salt, nextHashed, types: readTypes(end) };
    }
    case TYPE.NSEC3PARAM: {
      const algorithm = read8(end);
      const flags = read8(end);
      const iterations = read16(end);
      return { algorithm, flags, iterations, salt: readString(end) };
    }
    default:
      return readRun(end - position, end);
  }
}

function readSignature(end: number): DnsRecord['data'] {
  const typeCovered = read16(end);
  const algorithm = read8(end);
  const labels = read8(end);
  const originalTtl = read32(end);
  const expiration = read32(end);
  const inception = read32(end);
  const keyTag = read16(end);
  const signer = readPlainName(end);
  const signature = readRun(end - position, end);
  return { typeCovered, algorithm, labels, originalTtl, expiration, inception, keyTag, signer, signature };
}

function readTypes(end: number): number[] {
  const types = decodeTypes(input, position, end);
  position = end;
  return types;
}

/** A character string: a length of one byte before it. */
function readString(end: number): Bytes {
  return readRun(read8(end), end);
}

/** A name in a type that allows no pointer (RFC 3597 §4). */
function readPlainName(end: number): string {
  return readName(end, false);
}

function read8(end: number): number {
  if (position >= end) throw truncated(position);
  return input[position++]!;
}

function read16(end: number): number {
  if (position + 2 > end) throw truncated(position);
  position += 2;
  return readU16(input, position - 2);
}

function read32(end: number): number {
  if (position + 4 > end) throw truncated(position);
  position += 4;
  return readU32(input, position - 4);
}

function readRun(length: number, end: number): Bytes {
  if (position + length > end) throw truncated(position);
  position += length;
  // Not subarray, which looks for a constructor first
  return new Uint8Array(input.buffer, input.byteOffset + position - length, length);
}

/**
 * Reads the name at `position` and moves behind it. A remembered rest of a name ends the walk early; its octets and
 * its pointers still count, so that what is refused does not depend on what was read before.
 */
function readName(end: number, pointers = true): string {
  const start = position;
  const bytes = input;
  let at = start;
  let run = start;
  let text = '';
  let octets = 1;
  let hops = 0;
  let after = -1; // where the name ends in its own place, once a pointer has led away
  for (;;) {
    if (at >= end) throw truncated(at);
    const length = bytes[at]!;
    if (length === 0) {
      position = after < 0 ? at + 1 : after;
      if (text === '') text = '.';
      break;
    }
    if (length >= 0xc0) {
      if (!pointers) throw new Malformed('a compression pointer in a type that allows none', at);
      if (at + 2 > end) throw truncated(at);
      if (after < 0) after = at + 2;
      const target = base + (((length & 0x3f) << 8) | bytes[at + 1]!);
      if (target >= run)
        throw new Malformed(
          `compression pointer to ${target - base}, which is not before ${run - base}`,
          run,
        );
      if (target < base + FIRST_NAME)
        throw new Malformed(`compression pointer into the header, to ${target - base}`, run);
      if (++hops > MAX_HOPS)
        throw new Malformed(`more than ${MAX_HOPS} compression pointers in one name`, run);
      const known = recall(target);
      if (known >= 0) {
        octets += memoOctets[known]! - 1;
        hops += memoHops[known]!;
        if (octets > MAX_NAME) throw new Malformed(`name longer than ${MAX_NAME} octets`, run);
        if (hops > MAX_HOPS)
          throw new Malformed(`more than ${MAX_HOPS} compression pointers in one name`, run);
        const rest = memoText[known]!;
        text = text === '' ? rest : rest === '.' ? text : text + rest;
        position = after;
        break;
      }
      at = target;
      run = target;
      continue;
    }
    if (length > MAX_LABEL)
      throw new Malformed(`label type 0x${(length >> 6).toString(16)} is not in use`, at);
    octets += length + 1;
    if (octets > MAX_NAME) throw new Malformed(`name longer than ${MAX_NAME} octets`, run);
    if (at + 1 + length > end) throw truncated(at);
    text += readLabel(at + 1, length);
    at += length + 1;
  }
  if (memoCount < MEMO) {
    memoAt[memoCount] = start;
    memoText[memoCount] = text;
    memoOctets[memoCount] = octets;
    memoHops[memoCount] = hops;
    memoCount += 1;
  }
  return text;
}

function recall(at: number): number {
  for (let i = 0; i < memoCount; i++) if (memoAt[i] === at) return i;
  return -1;
}

/**
 * Labels repeat from message to message, and comparing bytes with a string that exists is cheaper than making one. So
 * each slot of a small table holds the last label that hashed there; what it holds changes no result.
 */
const INTERNED = 512;
const interned: string[] = new Array<string>(INTERNED).fill('');

/** The text of a label, with its dot. */
function readLabel(at: number, length: number): string {
  const bytes = input;
  const end = at + length;
  let hash = length;
  for (let i = at; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  hash = (hash ^ (hash >>> 9)) & (INTERNED - 1);
  const known = interned[hash]!;
  if (known.length === length + 1) {
    let i = 0;
    while (i < length && known.charCodeAt(i) === bytes[at + i]) i += 1;
    if (i === length) return known;
  }
  let text = '';
  for (let i = at; i < end; i++) text += BYTE_TEXT[bytes[i]!];
  text += '.';
  if (text.length === length + 1) interned[hash] = text; // with an escape in it, characters are not bytes
  return text;
}

function truncated(at: number): Malformed {
  return new Malformed('truncated DNS message', at);
}
