/**
 * DNS messages, read and written by hand: the same format as the declaration in message.ts, several times faster.
 *
 * A test holds both equal over generated and damaged messages, so this file explains only what speed needs. Names
 * dominate the cost. Reading remembers for each place of a message the name that was read there, since most names of an
 * answer are a pointer to one place. Writing keeps the labels written so far as a tree: a label is known by its bytes
 * and by the place of the suffix behind it, so looking up a suffix compares one label a step.
 *
 * State between calls is scratch only: it is reset at the start of each call and nothing in here calls back.
 */
import type { Ip4 } from '../../base/address.ts';
import { type Bytes, readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts';
import { Malformed, Misuse } from '../../base/errors.ts';
import { TYPE } from './code.ts';
import type { DnsMessage, DnsQuestion, DnsRecord, EdnsOption } from './message.ts';
import { BYTE_TEXT, FIRST_NAME, MAX_HOPS, MAX_LABEL, MAX_NAME, POINTER_REACH, parseName } from './name.ts';

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

/** Encodes a message with its names compressed. Throws {@link Malformed} for bad names, {@link Misuse} for what does not fit. */
export function encodeDns(message: DnsMessage): Bytes {
  place = 0;
  nodeCount = 0;
  wholeCount = 0;
  const { questions, answers, authorities, additionals } = message;
  reserve(FIRST_NAME);
  put16(message.id);
  if (message.opcode > 15 || message.rcode > 15)
    throw new Misuse(`opcode ${message.opcode}, rcode ${message.rcode}: four bits each`);
  output[place++] =
    (message.response ? 0x80 : 0) |
    (message.opcode << 3) |
    (message.authoritative ? 4 : 0) |
    (message.truncated ? 2 : 0) |
    (message.recursionDesired ? 1 : 0);
  output[place++] =
    (message.recursionAvailable ? 0x80 : 0) |
    (message.authenticData ? 0x20 : 0) |
    (message.checkingDisabled ? 0x10 : 0) |
    message.rcode;
  put16(questions.length);
  put16(answers.length);
  put16(authorities.length);
  put16(additionals.length);
  for (let i = 0; i < questions.length; i++) {
    const question = questions[i]!;
    writeName(question.name);
    reserve(4);
    put16(question.type);
    put16(question.class);
  }
  for (let i = 0; i < answers.length; i++) writeRecord(answers[i]!);
  for (let i = 0; i < authorities.length; i++) writeRecord(authorities[i]!);
  for (let i = 0; i < additionals.length; i++) writeRecord(additionals[i]!);
  return keep();
}

// ---- reading

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
      return readRun(end - position, end);
  }
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
  return input.subarray(position - length, position);
}

/**
 * Reads the name at `position` and moves behind it. A remembered rest of a name ends the walk early; its octets and
 * its pointers still count, so that what is refused does not depend on what was read before.
 */
function readName(end: number): string {
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

// ---- writing

let output: Bytes = new Uint8Array(4096);
let place = 0;

/**
 * Messages handed out lie one after the other in a shared slab: an allocation of its own costs a small message more
 * than its encoding does. So nobody may transfer the buffer behind one.
 */
const SLAB = 65_536;
let slab = new Uint8Array(SLAB);
let slabUsed = 0;

/** A copy of what was written, in the slab while it is small. */
function keep(): Bytes {
  const length = place;
  if (length > 2048) return output.slice(0, length);
  if (slabUsed + length > SLAB) {
    slab = new Uint8Array(SLAB);
    slabUsed = 0;
  }
  const from = slabUsed;
  slabUsed += length;
  for (let i = 0; i < length; i++) slab[from + i] = output[i]!;
  return new Uint8Array(slab.buffer, from, length);
}

function reserve(length: number): void {
  if (place + length <= output.length) return;
  const grown = new Uint8Array(Math.max(output.length * 2, place + length));
  grown.set(output);
  output = grown;
}

function put16(value: number): void {
  if (!(value >= 0 && value <= 0xffff)) throw new Misuse(`${value} does not fit 16 bits`);
  writeU16(output, place, value);
  place += 2;
}

function put32(value: number): void {
  if (!(value >= 0 && value <= 0xffff_ffff)) throw new Misuse(`${value} does not fit 32 bits`);
  writeU32(output, place, value);
  place += 4;
}

function putRun(bytes: Bytes): void {
  reserve(bytes.length);
  output.set(bytes, place);
  place += bytes.length;
}

function writeRecord(record: DnsRecord): void {
  writeName(record.name);
  reserve(32);
  put16(record.type);
  put16(record.class);
  put32(record.ttl);
  const lengthAt = place;
  place += 2;
  writeData(record);
  const length = place - lengthAt - 2;
  if (length > 0xffff) throw new Misuse(`${length} bytes of data do not fit a record`);
  writeU16(output, lengthAt, length);
}

function writeData(record: DnsRecord): void {
  switch (record.type) {
    case TYPE.A:
      put32(record.data);
      return;
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
      writeName(record.data);
      return;
    case TYPE.AAAA:
      putRun(record.data);
      return;
    case TYPE.MX:
      put16(record.data.preference);
      writeName(record.data.exchange);
      return;
    case TYPE.SOA: {
      const soa = record.data;
      writeName(soa.mname);
      writeName(soa.rname);
      reserve(20);
      put32(soa.serial);
      put32(soa.refresh);
      put32(soa.retry);
      put32(soa.expire);
      put32(soa.minimum);
      return;
    }
    case TYPE.TXT:
      for (const string of record.data) {
        if (string.length > 255) throw new Misuse(`a character string of ${string.length} bytes`);
        reserve(1);
        output[place++] = string.length;
        putRun(string);
      }
      return;
    case TYPE.OPT:
      for (const option of record.data) {
        reserve(4);
        put16(option.code);
        put16(option.data.length);
        putRun(option.data);
      }
      return;
    default:
      putRun(record.data);
  }
}

/**
 * Labels in the message, each with the node of the suffix behind it (-1: the root), found by hash. Beyond the bound
 * nothing is remembered: a pointer reaches 16,384 bytes, and no more than 8,192 labels begin there.
 */
const NODES = 8192;
const nodeAt = new Int32Array(NODES);
const nodeParent = new Int32Array(NODES);
const nodeNext = new Int32Array(NODES);
const heads = new Int32Array(64);
let nodeCount = 0;
/** Names written lately as they were given: the same name is mostly written again soon. */
const WHOLE = 8;
const wholeText: string[] = new Array<string>(WHOLE).fill('');
const wholeAt = new Int32Array(WHOLE);
let wholeCount = 0;
/** The name being written, as on the wire, and where its labels start. */
const spelled = new Uint8Array(MAX_NAME + 1);
const labelAt = new Int32Array(128);

function writeName(name: string): void {
  for (let i = 0; i < wholeCount; i++) {
    if (wholeText[i] === name) {
      reserve(2);
      writeU16(output, place, 0xc000 | wholeAt[i]!);
      place += 2;
      return;
    }
  }
  reserve(MAX_NAME);
  const start = place;
  const labels = spell(name);
  let parent = -1; // the node of the longest suffix that is known
  let fresh = labels; // how many labels in front of it are new
  while (fresh > 0) {
    const found = findNode(labelAt[fresh - 1]!, parent);
    if (found < 0) break;
    parent = found;
    fresh -= 1;
  }
  const length = fresh === labels ? labelAt[labels]! : labelAt[fresh]!;
  for (let i = 0; i < length; i++) output[place + i] = spelled[i]!;
  place += length;
  if (parent >= 0) {
    writeU16(output, place, 0xc000 | nodeAt[parent]!);
    place += 2;
  } else {
    output[place++] = 0;
  }
  if (place > POINTER_REACH || labels === 0) return;
  for (let i = fresh - 1; i >= 0 && nodeCount < NODES; i--)
    parent = addNode(labelAt[i]!, start + labelAt[i]!, parent);
  if (wholeCount < WHOLE) {
    wholeText[wholeCount] = name;
    wholeAt[wholeCount] = nodeAt[parent]!;
    wholeCount += 1;
  }
}

/** Writes the labels of `name` into {@link spelled} and their places into {@link labelAt}; returns how many there are. */
function spell(name: string): number {
  if (name === '.') {
    labelAt[0] = 0;
    return 0;
  }
  let labels = 0;
  let lengthAt = 0;
  const size = name.length;
  if (size > MAX_NAME - 1) return spellCarefully(name);
  for (let i = 0; i < size; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) {
      const length = i - lengthAt;
      if (length === 0 || length > MAX_LABEL) return spellCarefully(name);
      spelled[lengthAt] = length;
      labelAt[labels++] = lengthAt;
      lengthAt = i + 1;
    } else if (code === 0x5c || code > 255) {
      return spellCarefully(name);
    } else {
      spelled[i + 1] = code;
    }
  }
  if (lengthAt !== size || labels === 0) return spellCarefully(name);
  labelAt[labels] = size;
  return labels;
}

/** Escapes, and everything that is wrong with a name. */
function spellCarefully(name: string): number {
  const labels = parseName(name);
  let at = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    labelAt[i] = at;
    spelled[at] = label.length;
    spelled.set(label, at + 1);
    at += label.length + 1;
  }
  labelAt[labels.length] = at;
  return labels.length;
}

function hashLabel(at: number, parent: number): number {
  const length = spelled[at]!;
  return (length * 7 + spelled[at + 1]! * 5 + spelled[at + length]! * 3 + parent) & 63;
}

function findNode(at: number, parent: number): number {
  if (nodeCount === 0) return -1;
  const length = spelled[at]!;
  for (let node = heads[hashLabel(at, parent)]!; node >= 0; node = nodeNext[node]!) {
    if (nodeParent[node] !== parent) continue;
    const there = nodeAt[node]!;
    let i = 0;
    while (i <= length && output[there + i] === spelled[at + i]) i += 1;
    if (i > length) return node;
  }
  return -1;
}

function addNode(at: number, where: number, parent: number): number {
  if (nodeCount === 0) heads.fill(-1);
  const hash = hashLabel(at, parent);
  nodeAt[nodeCount] = where;
  nodeParent[nodeCount] = parent;
  nodeNext[nodeCount] = heads[hash]!;
  heads[hash] = nodeCount;
  return nodeCount++;
}
