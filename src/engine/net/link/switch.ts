/**
 * A learning switch (IEEE 802.1D §7.8): remembers behind which port each MAC address sends, floods what it does not know.
 *
 * Frames pass unchanged, by reference. Left out: spanning tree, VLANs.
 */
import { formatMac, type Mac } from '../../base/address.ts';
import { type Nanoseconds, SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { Projection } from '../../trace/event.ts';
import { ethernet, isGroupMac } from '../../wire/ethernet.ts';
import type { Nic, Node } from './nic.ts';

/** How long an address is remembered after it last sent: the standard's default. */
export const SWITCH_MEMORY: Nanoseconds = 300 * SECOND;
const MAX_ADDRESSES = 4096;

export class Switch implements Node {
  readonly name: string;
  isOn = true;
  readonly ports: Nic[] = [];
  readonly #world: World;
  readonly #id: number;
  readonly #learned: number;
  readonly #table = new Map<Mac, { port: Nic; expires: Nanoseconds }>();

  constructor(world: World, name: string) {
    this.#world = world;
    this.name = name;
    this.#id = world.trace.node(name);
    this.#learned = world.trace.kind('switch.learn');
  }

  frameArrived(nic: Nic, frame: number): void {
    const { trace, kernel } = this.#world;
    const { frames } = trace;
    const bytes = frames.slab(frame);
    const at = frames.at(frame);
    this.#learn(ethernet.get.source(bytes, at), nic, kernel.now);
    const destination = ethernet.get.destination(bytes, at);
    const known = isGroupMac(destination) ? undefined : this.#table.get(destination);
    if (known && known.expires > kernel.now) {
      if (known.port === nic) {
        nic.refuse(frame, 'it came from where it would go');
        return;
      }
      frames.retain(frame);
      known.port.send(frame);
      return;
    }
    for (const port of this.ports) {
      if (port === nic || !port.channel) continue;
      frames.retain(frame);
      port.send(frame);
    }
  }

  #learn(mac: Mac, nic: Nic, now: Nanoseconds): void {
    const known = this.#table.get(mac);
    const expires = now + SWITCH_MEMORY;
    if (known && known.port === nic && known.expires > now) {
      known.expires = expires;
      return;
    }
    if (!known && this.#table.size >= MAX_ADDRESSES) return;
    this.#table.set(mac, { port: nic, expires });
    this.#world.trace.recordDetail(now, this.#learned, this.#id, { mac: formatMac(mac), port: nic.name });
  }

  clear(): void {
    this.#table.clear();
    this.#world.trace.recordDetail(this.#world.now, this.#learned, this.#id, { mac: '', port: '' });
  }

  rows(): Map<string, SwitchRow> {
    const rows = new Map<string, SwitchRow>();
    for (const [mac, { port }] of this.#table)
      rows.set(formatMac(mac), { mac: formatMac(mac), port: port.name });
    return rows;
  }
}

export interface SwitchRow {
  readonly mac: string;
  readonly port: string;
}

/** Which address was last heard on which port. The row says nothing of its age: every frame renews it. */
export const switchTable: Projection<SwitchRow> = {
  kinds: ['switch.learn'],
  apply(rows, { detail }) {
    const mac = String(detail!['mac']);
    if (mac === '') rows.clear();
    else rows.set(mac, { mac, port: String(detail!['port']) });
  },
};
