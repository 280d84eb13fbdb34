/**
 * Domain names: strings in presentation form, and their bytes with compression (RFC 1035 §2.3.4, §3.1, §4.1.4, §5.1).
 *
 * A name is absolute and ends in a dot (`chaicart.example.`, the root is `.`), keeps its case, and escapes as zone
 * files do: `\.` for a character that means something there, `\DDD` for a byte that does not print. There is one
 * canonical text for each sequence of labels: what {@link printName} writes. Comparison ignores ASCII case only
 * (RFC 4343 §3), by {@link nameKey}.
 *
 * Not here: internationalised names (they arrive as A-labels), relative names and search lists.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import type { About, Cursor, Sink } from '../bits.ts';
import type { Codec } from '../codec.ts';

/** RFC 1035 §2.3.4: octets of a name on the wire, length octets and the final zero counted. */
export const MAX_NAME = 255;
export const MAX_LABEL = 63;
/** Names begin after the header (RFC 1035 §4.1), so no pointer can aim before this byte. */
export const FIRST_NAME = 12;
/** A pointer has 14 bits (RFC 1035 §4.1.4). */
export const POINTER_REACH = 0x4000;
/** Pointers followed for one name: more than the 127 labels that fit 255 octets is never honest. */
export const MAX_HOPS = 127;

/** Canonical text of one byte inside a label, by value. */
export const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte < 0x21 || byte > 0x7e) return `\\${String(byte).padStart(3, '0')}`;
  const character = String.fromCharCode(byte);
  return '."\\();@$'.includes(character) ? `\\${character}` : character;
});

/** The labels of a name, each as bytes, without the empty one of the root. Throws {@link Malformed}. */
export function parseName(name: string): Bytes[] {
  if (name === '.') return [];
  const labels: Bytes[] = [];
  let label: number[] = [];
  let total = 1;
  for (let i = 0; i < name.length; i++) {
    let code = name.charCodeAt(i);
    if (code === 0x2e) {
      if (label.length === 0) throw new Malformed(`empty label in the name ${quote(name)}`);
      if (label.length > MAX_LABEL)
        throw new Malformed(`label of ${label.length} octets in ${quote(name)}, at most ${MAX_LABEL}`);
      total += label.length + 1;
      if (total > MAX_NAME) throw new Malformed(`name longer than ${MAX_NAME} octets: ${quote(name)}`);
      labels.push(Uint8Array.from(label));
      label = [];
      continue;
    }
    if (code === 0x5c) {
      const quoted = /^(?:\d{3}|[^\d])/.exec(name.slice(i + 1, i + 4))?.[0];
      if (quoted === undefined) throw new Malformed(`unfinished escape in the name ${quote(name)}`);
      code = quoted.length === 3 ? Number(quoted) : quoted.charCodeAt(0);
      i += quoted.length;
    }
    if (code > 255)
      throw new Malformed(`the name ${quote(name)} has a character that is no byte (write its A-label)`);
    label.push(code);
  }
  if (label.length > 0 || labels.length === 0)
    throw new Malformed(`the name ${quote(name)} is not absolute: it needs a final dot`);
  return labels;
}

/** The canonical text of labels. */
export function printName(labels: readonly Bytes[]): string {
  if (labels.length === 0) return '.';
  let text = '';
  for (const label of labels) {
    for (const byte of label) text += BYTE_TEXT[byte];
    text += '.';
  }
  return text;
}

/** The same name in its canonical text, case kept. Throws {@link Malformed}. */
export function canonicalName(name: string): string {
  return printName(parseName(name));
}

/** Lower-case ASCII text under which equal names are equal (RFC 4343 §3). For names that were parsed or decoded. */
export function nameKey(name: string): string {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x5c) return canonicalName(name).replace(/[A-Z]+/g, (run) => run.toLowerCase());
    if (code >= 0x41 && code <= 0x5a) {
      return name.includes('\\')
        ? nameKey(canonicalName(name).replace(/[A-Z]+/g, (run) => run.toLowerCase()))
        : name.toLowerCase();
    }
  }
  return name;
}

export function sameName(a: string, b: string): boolean {
  return a === b || nameKey(a) === nameKey(b);
}

/** How many labels a name has; 0 for the root. */
export function labelCount(name: string): number {
  let count = 0;
  for (let at = 0; at < name.length && name !== '.'; at = afterLabel(name, at)) count += 1;
  return count;
}

/** The name without its first label; undefined for the root, which has no parent. */
export function parentName(name: string): string | undefined {
  if (name === '.') return undefined;
  const at = afterLabel(name, 0);
  return at >= name.length ? '.' : name.slice(at);
}

/** The name and all names above it up to the root, nearest first. At most 128. */
export function selfAndAncestors(name: string): string[] {
  const names: string[] = [];
  for (let at: string | undefined = name; at !== undefined; at = parentName(at)) names.push(at);
  return names;
}

/** True when `name` equals `zone` or lies below it (RFC 1034 §3.1). */
export function isSubdomain(name: string, zone: string): boolean {
  const below = nameKey(name);
  const above = nameKey(zone);
  if (above === '.' || below === above) return true;
  if (!below.endsWith(above)) return false;
  // The dot before the match must separate labels: an escaped one belongs to a label
  for (let at = 0; at < below.length; at = afterLabel(below, at)) {
    if (below.length - at === above.length) return true;
    if (below.length - at < above.length) return false;
  }
  return false;
}

/** Octets of the name on the wire, uncompressed. Throws {@link Malformed}. */
export function wireLength(name: string): number {
  return parseName(name).reduce((sum, label) => sum + label.length + 1, 1);
}

/** Index just behind the dot that ends the label starting at `at`. */
function afterLabel(name: string, at: number): number {
  for (let i = at; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code === 0x2e) return i + 1;
    if (code === 0x5c) i += 1; // the digits of \DDD are no dots: skipping one character is enough
  }
  return name.length;
}

function quote(name: string): string {
  return `“${name.length > 80 ? `${name.slice(0, 80)}…` : name}”`;
}

const LABEL: About = {
  label: 'Label',
  spec: 'RFC 1035 §3.1',
  about: 'One part of the name: a byte with its length, then that many bytes.',
};
const END: About = {
  label: 'Root label',
  spec: 'RFC 1035 §3.1',
  about: 'A length of zero: the root, where every name ends.',
};
const POINTER: About = {
  label: 'Compression pointer',
  spec: 'RFC 1035 §4.1.4',
  about:
    'The rest of the name stands earlier in the message: two one bits, then its offset from the start of the message.',
};

/** Names already written to a sink: canonical suffix → offset in bytes. */
const written = new WeakMap<Sink, Map<string, number>>();

/**
 * Where pointers may stand (RFC 3597 §4): `written` in owner names and in types of RFC 1035; `read` in SRV, which
 * earlier servers compressed (RFC 2052) and nobody may now (RFC 2782); `never` in any later type.
 */
export type Pointers = 'written' | 'read' | 'never';

/** A name in a message. */
export function domainName(
  label: string,
  spec: string,
  about: string,
  pointers: Pointers = 'written',
): Codec<string> {
  const info: About = { label, spec, about };
  const read = (cursor: Cursor): string => readName(cursor, pointers !== 'never');
  return {
    bits: undefined,
    read: (cursor) =>
      cursor.nodes
        ? cursor.group(
            info,
            () => read(cursor),
            (name) => name,
          )
        : read(cursor),
    write: (sink, name) => (pointers === 'written' ? writeName(sink, name) : writePlainName(sink, name)),
  };
}

/**
 * Reads labels from the cursor; after a pointer the rest is read elsewhere and the cursor stays behind the pointer.
 * Each pointer must aim before the run of labels that holds it, so the walk ends; hops and octets are counted.
 */
function readName(cursor: Cursor, pointers: boolean): string {
  const base = cursor.origin >> 3;
  const end = cursor.endBit >> 3;
  let text = '';
  let octets = 1;
  const run = cursor.bit >> 3; // where the current run of labels began
  for (;;) {
    // Look first and move after, so that a bad byte stays unread and a dissection can show it
    const from = cursor.bit;
    const at = from >> 3;
    if (at >= end) throw new Malformed('truncated: a name runs past the end', at);
    const length = cursor.bytes[at]!;
    if (length >= 0xc0) {
      if (!pointers) throw new Malformed('a compression pointer in a type that allows none', at);
      if (at + 2 > end) throw new Malformed('truncated: half a compression pointer', at);
      const low = cursor.bytes[at + 1]!;
      const target = base + (((length & 0x3f) << 8) | low);
      const aimed = followPointers(cursor.bytes, base, end, target, run, octets);
      cursor.bit = from + 16;
      const node = cursor.leaf(from, POINTER, target - base, '');
      if (node) {
        node.text = `${length.toString(16)} ${low.toString(16).padStart(2, '0')} → ${withoutDot(aimed.name)}`;
        node.refers = { bitStart: (target - base) * 8, bitLength: aimed.runLength * 8 };
      }
      return text + (aimed.name === '.' && text !== '' ? '' : aimed.name);
    }
    if (length > MAX_LABEL)
      throw new Malformed(`label type 0x${(length >> 6).toString(16)} is not in use`, at);
    if (length === 0) {
      cursor.bit = from + 8;
      cursor.leaf(from, END, 0, '.');
      return text === '' ? '.' : text;
    }
    octets += length + 1;
    if (octets > MAX_NAME) throw new Malformed(`name longer than ${MAX_NAME} octets`, run);
    if (at + 1 + length > end) throw new Malformed('truncated: a name runs past the end', at);
    let label = '';
    for (let i = at + 1; i <= at + length; i++) label += BYTE_TEXT[cursor.bytes[i]!];
    cursor.bit = from + 8 + length * 8;
    cursor.leaf(from, LABEL, label, label);
    text += `${label}.`;
  }
}

function withoutDot(name: string): string {
  return name === '.' ? name : name.slice(0, -1);
}

/** The name at `target`, and how many bytes its first run of labels has. `octets` were used up before. */
function followPointers(
  bytes: Bytes,
  base: number,
  end: number,
  target: number,
  before: number,
  octets: number,
): { name: string; runLength: number } {
  let text = '';
  let at = target;
  let run = before;
  let runLength = 0;
  for (let hops = 1; ; hops++) {
    if (at >= run)
      throw new Malformed(`compression pointer to ${at - base}, which is not before ${run - base}`, run);
    if (at < base + FIRST_NAME)
      throw new Malformed(`compression pointer into the header, to ${at - base}`, run);
    if (hops > MAX_HOPS) throw new Malformed(`more than ${MAX_HOPS} compression pointers in one name`, run);
    run = at;
    for (;;) {
      if (at >= end) throw new Malformed('truncated: a name runs past the end', at);
      const length = bytes[at]!;
      if (length === 0 || length >= 0xc0) break;
      if (length > MAX_LABEL)
        throw new Malformed(`label type 0x${(length >> 6).toString(16)} is not in use`, at);
      octets += length + 1;
      if (octets > MAX_NAME) throw new Malformed(`name longer than ${MAX_NAME} octets`, run);
      if (at + 1 + length > end) throw new Malformed('truncated: a name runs past the end', at);
      for (let i = at + 1; i <= at + length; i++) text += BYTE_TEXT[bytes[i]!];
      text += '.';
      at += length + 1;
    }
    const pointer = bytes[at]! !== 0;
    if (pointer && at + 2 > end) throw new Malformed('truncated: a name runs past the end', at);
    if (hops === 1) runLength = at + (pointer ? 2 : 1) - run;
    if (!pointer) return { name: text === '' ? '.' : text, runLength };
    at = base + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!);
  }
}

/**
 * Writes a name, ending in a pointer when a suffix of it was written before, byte for byte (so that case survives).
 * The longest suffix wins; a name that ends beyond the reach of pointers is not remembered.
 */
function writeName(sink: Sink, name: string): void {
  const labels = parseName(name);
  let known = written.get(sink);
  if (!known) written.set(sink, (known = new Map()));
  const places: [suffix: string, at: number][] = [];
  let pointer: number | undefined;
  for (let i = 0; i < labels.length; i++) {
    const suffix = printName(labels.slice(i));
    const earlier = known.get(suffix);
    if (earlier !== undefined) {
      pointer = earlier;
      break;
    }
    places.push([suffix, sink.bit >> 3]);
    sink.put(8, labels[i]!.length);
    sink.putBytes(labels[i]!);
  }
  if (pointer === undefined) sink.put(8, 0);
  else sink.put(16, 0xc000 | pointer);
  if (sink.bit >> 3 > POINTER_REACH) return;
  for (const [suffix, at] of places) known.set(suffix, at);
}

/** Writes all labels, and remembers none: a reader that does not know the type could not find a name in its data. */
function writePlainName(sink: Sink, name: string): void {
  for (const label of parseName(name)) {
    sink.put(8, label.length);
    sink.putBytes(label);
  }
  sink.put(8, 0);
}
