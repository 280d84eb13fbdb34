/**
 * DNS messages, written by hand: one half of the fast twin of the declaration (fast.ts says why, and what holds them
 * equal).
 *
 * The labels written so far are kept as a tree: a label is known by its bytes and by the place of the suffix behind it,
 * so looking up a suffix compares one label a step. State between calls is scratch only: it is reset at the start of
 * each call, and nothing in here calls back.
 */
import { type Bytes, fromLatin1, writeU16, writeU32 } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { TYPE } from './code.ts';
import type { DnsMessage, DnsRecord, Nsec3Param, Rrsig } from './message.ts';
import { FIRST_NAME, MAX_LABEL, MAX_NAME, POINTER_REACH, parseName } from './name.ts';
import { MAX_TYPES_LENGTH, writeTypes } from './type-bitmap.ts';

/** Encodes a message with its names compressed. Throws {@link Malformed} for bad names, {@link Misuse} for what does not fit. */
export function encodeDns(message: DnsMessage): Bytes {
  place = 0;
  compressing = true;
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

/** The data of one record on its own, names in full: the bytes behind `\#` (RFC 3597 §5). Throws as {@link encodeDns}. */
export function encodeData(record: DnsRecord): Bytes {
  place = 0;
  compressing = false;
  writeData(record);
  return output.slice(0, place);
}

/** False when names are written in full. */
let compressing = true;
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
  const { length } = bytes;
  reserve(length);
  // A call costs more than copying what most records hold
  if (length > 64) output.set(bytes, place);
  else for (let i = 0; i < length; i++) output[place + i] = bytes[i]!;
  place += length;
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
      for (const string of record.data) putString(string);
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
      writeLaterData(record);
  }
}

/** Types that are rarer, or later than RFC 1035: apart, so that the common ones stay one short function. */
function writeLaterData(record: DnsRecord): void {
  switch (record.type) {
    case TYPE.HINFO:
      putString(record.data.cpu);
      putString(record.data.os);
      return;
    case TYPE.SRV:
      reserve(6);
      put16(record.data.priority);
      put16(record.data.weight);
      put16(record.data.port);
      writePlainName(record.data.target);
      return;
    case TYPE.DNAME:
      writePlainName(record.data);
      return;
    case TYPE.CAA:
      reserve(1);
      put8(record.data.flags);
      putString(fromLatin1(record.data.tag));
      putRun(record.data.value);
      return;
    case TYPE.SVCB:
    case TYPE.HTTPS:
      reserve(2);
      put16(record.data.priority);
      writePlainName(record.data.target);
      for (const { key, value } of record.data.params) {
        reserve(4);
        put16(key);
        put16(value.length);
        putRun(value);
      }
      return;
    case TYPE.DS:
      reserve(4);
      put16(record.data.keyTag);
      put8(record.data.algorithm);
      put8(record.data.digestType);
      putRun(record.data.digest);
      return;
    case TYPE.DNSKEY:
      reserve(4);
      put16(record.data.flags);
      put8(record.data.protocol);
      put8(record.data.algorithm);
      putRun(record.data.publicKey);
      return;
    case TYPE.RRSIG:
      writeSignature(record.data);
      return;
    case TYPE.NSEC:
      writePlainName(record.data.next);
      putTypes(record.data.types);
      return;
    case TYPE.NSEC3:
      putHashing(record.data);
      putString(record.data.nextHashed);
      putTypes(record.data.types);
      return;
    case TYPE.NSEC3PARAM:
      putHashing(record.data);
      return;
    default:
      putRun(record.data as Bytes);
  }
}

function writeSignature(signature: Rrsig): void {
  reserve(18);
  put16(signature.typeCovered);
  put8(signature.algorithm);
  put8(signature.labels);
  put32(signature.originalTtl);
  put32(signature.expiration);
  put32(signature.inception);
  put16(signature.keyTag);
  writePlainName(signature.signer);
  putRun(signature.signature);
}

function putHashing(data: Nsec3Param): void {
  reserve(4);
  put8(data.algorithm);
  put8(data.flags);
  put16(data.iterations);
  putString(data.salt);
}

function putString(string: Bytes): void {
  if (string.length > 255) throw new Misuse(`a character string of ${string.length} bytes`);
  reserve(1);
  output[place++] = string.length;
  putRun(string);
}

function putTypes(types: readonly number[]): void {
  reserve(MAX_TYPES_LENGTH);
  place = writeTypes(types, output, place);
}

function put8(value: number): void {
  if (!(value >= 0 && value <= 0xff)) throw new Misuse(`${value} does not fit 8 bits`);
  output[place++] = value;
}

/** A name in full, which no later name points to: a reader that does not know the type could not find it in its data. */
function writePlainName(name: string): void {
  reserve(MAX_NAME);
  const length = labelAt[spell(name)]!;
  for (let i = 0; i < length; i++) output[place + i] = spelled[i]!;
  place += length;
  output[place++] = 0;
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
  if (!compressing) {
    writePlainName(name);
    return;
  }
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
