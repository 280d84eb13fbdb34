/**
 * One packet on every link of its way: which fields each frame has, what a machine changed before it sent it on, and why.
 *
 * Values are those of the dissection. A reason is given where the trace or the two frames bear it out: a new frame
 * because the cards are others, a lower count because a router passed it on, a translation because the translator
 * recorded one. What changed for no such reason is only named.
 *
 * Not here: the other branches of a flooded frame, and the other pieces of a cut datagram.
 */
import { formatMac } from '../base/address.ts';
import { formatIp } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import { TRANSLATED_INBOUND } from '../net/nat/nat-rows.ts';
import type { Network } from '../net/network.ts';
import type { Run } from '../scenario/run.ts';
import type { MachineKind } from '../scenario/scenario.ts';
import type { Trace } from '../trace/log.ts';
import type { Node } from '../wire/bits.ts';
import { dissectFrame } from '../wire/frame.ts';
import type { Hop, Packet } from './packets.ts';
import type { Layer } from './view.ts';

export interface JourneyView {
  /** From the machine that made it; at least one. */
  readonly links: readonly JourneyLink[];
  /** From the outside in. */
  readonly headers: readonly JourneyHeader[];
}

export interface JourneyLink {
  readonly from: JourneyEnd;
  readonly to: JourneyEnd;
  /** When its first bit got on the line, and when its last bit was at the other end. */
  readonly sent: Nanoseconds;
  readonly arrived: Nanoseconds;
  readonly outcome: Hop['outcome'];
  /** Of the frame, in bytes. */
  readonly size: number;
  /** What `from` did to the packet before it sent it here, one sentence each. */
  readonly why: readonly string[];
}

export interface JourneyEnd {
  readonly label: string;
  readonly kind: MachineKind;
}

export interface JourneyHeader {
  readonly label: string;
  readonly layer: Layer;
  /** Length in bytes on the first link. */
  readonly length: number;
  readonly fields: readonly JourneyField[];
}

export interface JourneyField {
  readonly label: string;
  /** What it is, where it is specified, and where in the frame it stands: `bytes 26–29`. */
  readonly about: string;
  readonly spec: string;
  readonly place: string;
  /** One for each link; undefined where the frame has no such field. */
  readonly cells: readonly (JourneyCell | undefined)[];
}

export interface JourneyCell {
  readonly text: string;
  /** Whose address it is. */
  readonly owner?: string;
  /** True when it was another value, or none, on the link before. */
  readonly isChanged?: true;
}

/** Fields that are shown whether they change or not, by the beginning of their layer's label. Others only if they change. */
const SHOWN: readonly (readonly [layer: string, fields: readonly string[]])[] = [
  ['Ethernet', ['Destination', 'Source', 'Type']],
  ['Internet Protocol, version 4', ['Time to live', 'Protocol', 'Header checksum', 'Source', 'Destination']],
  ['Internet Protocol, version 6', ['Next header', 'Hop limit', 'Source', 'Destination']],
  ['Internet Control', ['Type', 'Checksum', 'Identifier', 'Sequence number', 'Data']],
  ['User Datagram', ['Source port', 'Destination port', 'Checksum']],
  [
    'Transmission Control',
    ['Source port', 'Destination port', 'Sequence number', 'Control bits', 'Checksum'],
  ],
  ['Hypertext', ['Start line']],
  ['Address Resolution', ['Operation']],
];
/** Shown as one value, though the dissection goes on inside. */
const WHOLE: ReadonlySet<string> = new Set(['Control bits', 'Start line', 'Flags']);
/** Bytes of data that are printed. */
const SOME_DATA = 2;
const MOST_HOPS = 64;

/** The way of a packet of a finished run; `packets` are all of them. */
export function journeyOf(run: Run, packet: Packet): JourneyView {
  const { trace } = run.world;
  const hops = wayOf(packet);
  const owners = ownersOf(run.network, run.scenario.places);
  const end = (name: string): JourneyEnd => {
    const { label, kind } = run.scenario.places[name]!;
    return { label, kind };
  };
  const frames = hops.map(({ frame }) => fieldsOf(dissectFrame(trace.frames.read(frame))));
  const headers = headersOf(frames, owners);
  return {
    headers,
    links: hops.map((hop, i) => ({
      from: end(hop.from),
      to: end(hop.to),
      sent: hop.line,
      arrived: hop.arrived,
      outcome: hop.outcome,
      size: trace.frames.size(hop.frame),
      why: i === 0 ? firstWords(headers) : changesOf(trace, headers, hops[i - 1]!, hop, i),
    })),
  };
}

/** The hops that lead to where the packet ended, in order. */
function wayOf({ hops, lastHop }: Packet): Hop[] {
  const way: Hop[] = [];
  for (let at = lastHop; at >= 0 && way.length < MOST_HOPS; at = hops[at]!.parent) way.unshift(hops[at]!);
  return way;
}

/** `Maya’s laptop` by address, of cards and of interfaces; a machine with several cards says which. */
function ownersOf(network: Network, places: Run['scenario']['places']): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const put = (address: string, owner: string): void => {
    const known = owners.get(address);
    if (known === undefined) owners.set(address, owner);
    else if (known !== owner && !known.includes(' or ')) owners.set(address, `${known} or ${owner}`);
  };
  for (const machine of network.machines.values()) {
    if (!('ip' in machine)) continue;
    const label = places[machine.name]?.label ?? machine.name;
    const { nics } = machine.ip;
    for (const nic of nics) {
      put(formatMac(nic.mac), nics.length > 1 ? `${label}, ${nic.name}` : label);
      if (nic.address !== undefined) put(formatIp(nic.address), label);
      for (const { address } of nic.addresses6) put(formatIp(address), label);
    }
  }
  return owners;
}

// ── fields ──

interface Flat {
  readonly layer: Node;
  /** Layer and labels down to the field: the same for the same field of another frame. */
  readonly path: string;
  readonly node: Node;
}

/** The plain fields of a frame, and those that are shown whole. */
function fieldsOf(frame: Node): Flat[] {
  const found: Flat[] = [];
  frame.children.forEach((layer, i) => {
    const walk = (node: Node, path: string): void => {
      if (node.children.length === 0 || WHOLE.has(node.label)) found.push({ layer, path, node });
      else for (const [k, child] of node.children.entries()) walk(child, `${path}/${k}.${child.label}`);
    };
    walk(layer, `${i}.${layer.label}`);
  });
  return found;
}

function headersOf(
  frames: readonly (readonly Flat[])[],
  owners: ReadonlyMap<string, string>,
): JourneyHeader[] {
  const byPath = frames.map((fields) => new Map(fields.map((field) => [field.path, field])));
  const paths = new Map<string, Flat>();
  for (const fields of frames)
    for (const field of fields) if (!paths.has(field.path)) paths.set(field.path, field);
  const layers: { node: Node; key: string; fields: JourneyField[] }[] = [];
  for (const [path, first] of paths) {
    const key = path.slice(0, path.indexOf('/') < 0 ? path.length : path.indexOf('/'));
    let header = layers.find((one) => one.key === key);
    if (!header) layers.push((header = { node: first.layer, key, fields: [] }));
    const texts = byPath.map((fields) => fields.get(path)?.node);
    const field = fieldOf(first, texts, owners);
    if (isShown(first) || field.cells.some((cell) => cell?.isChanged)) header.fields.push(field);
  }
  return layers.map(({ node, fields }) => ({
    label: node.label,
    layer: (node.layer ?? 'link') as Layer,
    length: node.bitLength / 8,
    fields,
  }));
}

function isShown({ layer, node }: Flat): boolean {
  // a layer of one piece is its own field
  if (node === layer) return true;
  return SHOWN.some(([start, labels]) => layer.label.startsWith(start) && labels.includes(node.label));
}

function fieldOf(
  { node, layer }: Flat,
  nodes: readonly (Node | undefined)[],
  owners: ReadonlyMap<string, string>,
): JourneyField {
  const { label, about, spec } = node;
  const isData = label === 'Data' || node === layer;
  const texts = nodes.map((one) => one && shownText(one, isData));
  const cells = texts.map((text, i): JourneyCell | undefined => {
    if (text === undefined) return undefined;
    const owner = owners.get(text);
    // compared whole: of data, only the beginning is printed
    const isChanged = i > 0 && nodes[i]!.text !== nodes[i - 1]?.text;
    return { text, ...(owner !== undefined && { owner }), ...(isChanged && { isChanged: true as const }) };
  });
  return { label, about, spec, place: placeOf(node), cells };
}

/** The value alone: whether a checksum is right is not part of it. */
function shownText({ text, bitLength }: Node, isData: boolean): string {
  if (!isData) return text.replace(/, (correct|should be .*)$/, '');
  const length = bitLength / 8;
  const bytes = /(?:^|: )((?:[0-9a-f]{2} ?)+)/.exec(text)?.[1]?.trim().split(' ') ?? [];
  const shown = bytes.length > SOME_DATA ? `${bytes.slice(0, SOME_DATA).join(' ')} …` : bytes.join(' ');
  return `${length}\u00a0${length === 1 ? 'byte' : 'bytes'}${shown === '' ? '' : `: ${shown}`}`;
}

function placeOf({ bitStart, bitLength }: Node): string {
  const from = bitStart >> 3;
  const to = Math.ceil((bitStart + bitLength) / 8) - 1;
  return from >= to ? `byte ${from}` : `bytes ${from}–${to}`;
}

// ── reasons ──

interface Changed {
  readonly header: JourneyHeader;
  readonly field: JourneyField;
  readonly was: JourneyCell | undefined;
  readonly now: JourneyCell | undefined;
}

const isIp = ({ label }: JourneyHeader): boolean => label.startsWith('Internet Protocol');

/** Whom the datagram is for, and whom the frame. */
function firstWords(headers: readonly JourneyHeader[]): string[] {
  const owner = (isOne: (header: JourneyHeader) => boolean): string | undefined =>
    headers.find(isOne)?.fields.find(({ label }) => label === 'Destination')?.cells[0]?.owner;
  const datagram = owner(isIp);
  const card = owner(({ layer }) => layer === 'link')?.replace(/, .*/, '');
  if (datagram === undefined || card === undefined) return [];
  if (datagram === card) return [`On this link: packet and frame are both for ${called(card)}.`];
  return [`Not on this link: the packet is for ${called(datagram)}, its frame for ${called(card)}.`];
}

function changesOf(
  trace: Trace,
  headers: readonly JourneyHeader[],
  before: Hop,
  hop: Hop,
  link: number,
): string[] {
  const changed: Changed[] = headers.flatMap((header) =>
    header.fields.flatMap((field) => {
      const was = field.cells[link - 1];
      const now = field.cells[link];
      return now?.isChanged || (was && !now) ? [{ header, field, was, now }] : [];
    }),
  );
  if (changed.length === 0)
    return hop.frame === before.frame ? ['Changes nothing: a switch reads a frame and passes it on.'] : [];
  const left = new Set(changed);
  const take = (isOne: (one: Changed) => boolean): Changed[] => {
    const taken = [...left].filter(isOne);
    for (const one of taken) left.delete(one);
    return taken;
  };
  const words: string[] = [];
  if (take(({ header }) => header.layer === 'link').length > 0) words.push('New link, new cards.');
  const lives = take(({ field }) => field.label === 'Time to live' || field.label === 'Hop limit');
  if (lives.length > 0) words.push('One router less to live.');
  words.push(...natWords(trace, before, hop, take));
  const checksums = take(({ field }) => /checksum$/i.test(field.label));
  const rest = take(() => true);
  words.push(...cutWords(trace, before, hop, rest));
  if (checksums.length > 0)
    words.push(checksums.length === 1 ? 'Its checksum follows.' : 'The checksums follow.');
  return words;
}

/** What the translator says it did, where it recorded that it did something. */
function natWords(
  trace: Trace,
  before: Hop,
  hop: Hop,
  take: (isOne: (one: Changed) => boolean) => Changed[],
): string[] {
  const deed = between(trace, 'nat.translate', before, hop);
  if (deed === undefined) return [];
  const inbound = (trace.bOf(deed) & TRANSLATED_INBOUND) !== 0;
  const addresses = take(({ header, field }) => isIp(header) && /^(Source|Destination)$/.test(field.label));
  const ports = take(({ field }) => /^(Source port|Destination port|Identifier)$/.test(field.label));
  if (addresses.length === 0 && ports.length === 0) return [];
  const whose = addresses
    .map(({ was, now }) => (inbound ? now : was)?.owner)
    .find((owner) => owner !== undefined);
  const also = ports[0] ? ` and ${numberText(ports[0])}` : '';
  if (inbound) return [`NAT: finds the row, and puts back ${possessive(whose)} address${also}.`];
  return [`NAT: its own address${also} in place of ${possessive(whose)}.`];
}

/** An identifier is printed in hexadecimal, but the translator's table counts it like a port. */
function numberText({ field, now }: Changed): string {
  const text = now?.text ?? '';
  return field.label === 'Identifier' ? `identifier ${text} (${Number(text)})` : `port ${text}`;
}

/** Why the rest changed: the datagram was cut, or nothing that is known. */
function cutWords(trace: Trace, before: Hop, hop: Hop, rest: readonly Changed[]): string[] {
  if (rest.length === 0) return [];
  const deed = between(trace, 'ip.fragment', before, hop);
  if (deed !== undefined) {
    const { into, mtu } = trace.detailOf(deed) ?? {};
    return [`Cuts it into ${String(into)}: the next link takes ${String(mtu)} bytes.`];
  }
  return rest.map(({ field, was }) => `${field.label} was ${was?.text ?? 'not there'}.`);
}

/** The event of a kind that a packet's arrival brought about at a machine before it sent the packet on. */
function between(trace: Trace, kind: string, before: Hop, hop: Hop): number | undefined {
  const wanted = trace.findKind(kind);
  for (let id = before.arrivedEvent + 1; id < hop.sentEvent; id++) {
    if (trace.kindOf(id) !== wanted || trace.nodeName(trace.nodeOf(id)) !== hop.from) continue;
    let cause = trace.causeOf(id);
    for (let steps = 0; cause > before.arrivedEvent && steps < MOST_HOPS; steps++)
      cause = trace.causeOf(cause);
    if (cause === before.arrivedEvent) return id;
  }
  return undefined;
}

/** A machine's label inside a sentence: `the home router`, but `Maya’s laptop`, `Transit A`. */
function called(label: string): string {
  if (/[’.]| [A-Z\d]$/.test(label)) return label;
  return `the ${/^[A-Z][a-z]/.test(label) ? label.charAt(0).toLowerCase() + label.slice(1) : label}`;
}

function possessive(label: string | undefined): string {
  if (label === undefined) return 'the sender’s';
  return `${called(label)}’s`.replace(/s’s$/, 's’');
}
