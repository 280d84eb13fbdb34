// Excerpts of a run to point at, made while the page is built, and the places in them that a filter, a field's label or
// a machine's name means. A name that means nothing stops the build, with what there is.
import type { RunRequest, RunView } from '#engine/inspect/view.ts';
import type { Node } from '#engine/wire/bits.ts';
import { MILLISECOND } from '../engine/format.ts';
import { sessionOf } from '../engine/server.ts';
import { bytesOf, type Field, fieldsOf, hexByte, shortLayer } from '../player/fields.ts';
import { layOut } from '../player/map-layout.ts';
import type { BytesPicture, FieldsPicture, MapDrawing, MapPicture, PacketsPicture, Picture } from './item.ts';
import type { Written } from './schema.ts';

export interface Scene {
  readonly picture: Picture;
  /** The places that `target` means, never none. */
  find(target: string): readonly number[];
}

/** More rows than that are a search, not a question. */
const MAX_ROWS = 16;
const MAX_BYTES = 160;

export function sceneOf(item: Written<'point'>): Scene {
  const request: RunRequest = { ...item.run, inputs: [] };
  switch (item.at) {
    case 'packet':
      return packets(request, item.among);
    case 'machine':
      return machines(request, item.among);
    case 'field':
      return fields(request, item);
    case 'byte':
      return bytes(request, item);
  }
}

function packets(request: RunRequest, among: Written<'point'>['among']): Scene {
  const session = sessionOf(request);
  const { packets: all, machines: made } = session.view();
  const shown = among === undefined ? all.map((_, i) => i) : session.filter(words(among));
  if (shown.length < 2) throw new Error(`among: “${words(among)}” lets ${shown.length} packets through`);
  if (shown.length > MAX_ROWS)
    throw new Error(`${shown.length} packets are too many to point at; narrow it with among`);
  const rows = shown.map((at) => {
    const { number, time, from, to, layer, letter, protocol, title } = all[at]!;
    const label = (machine: number) => made[machine]!.label;
    const when = (time / MILLISECOND).toFixed(1);
    return { number, time: when, from: label(from), to: label(to), layer, letter, protocol, title };
  });
  const picture: PacketsPicture = { of: 'packet', rows };
  return {
    picture,
    find: (target) =>
      found(
        session.filter(target).flatMap((at) => (shown.includes(at) ? [shown.indexOf(at)] : [])),
        `no packet that is shown passes “${target}”`,
      ),
  };
}

const words = (among: Written<'point'>['among']): string => [among ?? []].flat().join(' or ');

function found(places: readonly number[], why: string): readonly number[] {
  if (places.length === 0) throw new Error(why);
  return places;
}

function machines(request: RunRequest, among: Written<'point'>['among']): Scene {
  const view = sessionOf(request).view();
  const wanted = among === undefined ? undefined : [among].flat();
  const names = view.machines.map(({ name }) => name);
  const strange = wanted?.find((name) => !names.includes(name));
  if (strange) throw new Error(`among: no machine is called “${strange}”; there are ${names.join(', ')}`);
  const picture: MapPicture = {
    of: 'machine',
    machines: view.machines.map(({ name, label, kind }) => ({
      label,
      kind,
      offered: wanted?.includes(name) ?? true,
    })),
    wide: drawing(view, 'wide', WIDE),
    tall: drawing(view, 'tall', TALL),
  };
  const find = (target: string) => {
    const at = names.indexOf(target);
    return found(picture.machines[at]?.offered ? [at] : [], `no machine that is shown is called “${target}”`);
  };
  return { picture, find };
}

/** Widths in px of a column of prose, and of a phone. */
const WIDE = 664;
const TALL = 358;

/** Names only: there is no room for addresses, and they are not asked for. */
function drawing(view: RunView, shape: 'wide' | 'tall', width: number): MapDrawing {
  const bare = { ...view, machines: view.machines.map((machine) => ({ ...machine, addresses: [] })) };
  const { height, areas, places, wires, labels } = layOut(bare, shape, width);
  const px = (value: number) => Math.round(value * 10) / 10;
  return {
    width,
    height,
    areas: areas.map(({ label, x, y, width, height }) => ({
      label,
      x: px(x),
      y: px(y),
      width: px(width),
      height: px(height),
    })),
    places: places.map(({ x, y }) => [px(x), px(y)]),
    wires: wires.map(({ from, to }) => [px(from.x), px(from.y), px(to.x), px(to.y)]),
    names: labels.map(({ id, dx, baselines, align }) => {
      const machine = Number(id.slice(1));
      const { x, y } = places[machine]!;
      return { machine, x: px(x + dx), y: px(y + baselines[0]!), align };
    }),
  };
}

interface Frame {
  readonly bytes: Uint8Array;
  readonly fields: readonly Field[];
  /** `Packet 11: SYN, Maya’s laptop to chaicart.example` */
  readonly title: string;
}

function frameOf(request: RunRequest, { packet, headers }: Written<'point'>): Frame {
  if (packet === undefined) throw new Error('packet: a field or a byte needs one, as a display filter');
  const session = sessionOf(request);
  const { packets: all, machines: made, hops } = session.view();
  const [at] = session.filter(packet);
  if (at === undefined) throw new Error(`packet: nothing passes “${packet}”`);
  const hop = hops.packet.indexOf(at);
  const { bytes, tree } = session.frame(hops.frame[hop]!);
  const { number, title, from, to } = all[at]!;
  const heads = tree.children.map((node) => shortLayer(node.label));
  const strange = headers?.find((name) => !heads.includes(name));
  if (strange) throw new Error(`headers: the packet has no “${strange}”; it has ${heads.join(', ')}`);
  const wanted = (node: Node) => headers === undefined || headers.includes(shortLayer(node.label));
  return {
    bytes,
    fields: fieldsOf({ ...tree, children: tree.children.filter(wanted) }),
    title: `Packet ${number}, ${title}: ${made[from]!.label} to ${made[to]!.label}`,
  };
}

/** `IPv4 / Time to live`; the header may be left out where the label stands once. */
function fieldNamed(fields: readonly Field[], target: string): Field {
  const leaves = fields.filter((field) => field.level > 1);
  const nameOf = (field: Field) => `${shortLayer(headOf(field).node.label)} / ${field.node.label}`;
  const matching = leaves.filter((field) => nameOf(field) === target || field.node.label === target);
  if (matching.length === 1) return matching[0]!;
  throw new Error(
    matching.length === 0
      ? `no field is called “${target}”; there are ${leaves.map(nameOf).join(', ')}`
      : `“${target}” stands ${matching.length} times; write ${matching.map(nameOf).join(' or ')}`,
  );
}

const headOf = (field: Field): Field => (field.parent ? headOf(field.parent) : field);

function fields(request: RunRequest, item: Written<'point'>): Scene {
  const frame = frameOf(request, item);
  // Bits of a field of flags would be rows among rows; the field stands for them.
  const shown = frame.fields.filter(({ level }) => level <= 2);
  if (shown.length > MAX_ROWS * 2)
    throw new Error(`${shown.length} fields are too many to point at; narrow them with headers`);
  const picture: FieldsPicture = {
    of: 'field',
    packet: frame.title,
    rows: shown.map(({ node, level, layer }) => {
      const isHead = level === 1;
      return {
        label: isHead ? shortLayer(node.label) : node.label,
        value: isHead ? '' : node.text,
        layer,
        isHead,
        level,
      };
    }),
  };
  return { picture, find: (target) => [shown.indexOf(fieldNamed(shown, target))] };
}

function bytes(request: RunRequest, item: Written<'point'>): Scene {
  const frame = frameOf(request, item);
  const heads = frame.fields.filter(({ level }) => level === 1);
  const first = bytesOf(heads[0]!.node)[0];
  const end = Math.min(bytesOf(heads.at(-1)!.node)[1], first + MAX_BYTES);
  const shown = [...frame.bytes.subarray(first, end)];
  const layerOf = shown.map((_, i) => heads.findLastIndex(({ node }) => bytesOf(node)[0] <= first + i));
  const picture: BytesPicture = {
    of: 'byte',
    packet: frame.title,
    hex: shown.map(hexByte).join(''),
    first,
    layerOf,
    layers: heads.map(({ node, layer }) => ({ name: shortLayer(node.label), layer })),
  };
  const find = (target: string) => {
    const [from, to] = bytesOf(fieldNamed(frame.fields, target).node);
    return found(
      shown.flatMap((_, i) => (first + i >= from && first + i < to ? [i] : [])),
      `“${target}” lies behind the bytes that are shown`,
    );
  };
  return { picture, find };
}
