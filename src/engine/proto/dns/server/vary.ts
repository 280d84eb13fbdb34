/**
 * Answers that vary: which records of a set a client gets, and in which order.
 *
 * No RFC says how; services differ. Here a set passes up to three choices, one after the other: where the client is
 * (its address, or the network that RFC 7871 §7.2.1 lets a resolver tell; the longest prefix decides), what is up (all
 * of them when nothing is), and then all of them in turn (round robin) or one by weight. The records themselves stand in
 * the zone; a policy only names them, so that checks and editors see the whole set.
 *
 * Not here: measuring health or distance. Whoever measures calls `setHealth`.
 */
import { type Cidr, formatCidr, networkOf, parseCidr } from '../../../base/cidr.ts';
import { Misuse } from '../../../base/errors.ts';
import type { Random } from '../../../base/random.ts';
import { rotated, weightedIndex } from '../../../policy/choose.ts';
import { longestPrefix } from '../../../policy/prefix.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { parseType, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { canonicalName, nameKey } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';

/** What is said about one set. Data are texts as in a master file: `203.0.113.80`. */
export interface VariedSet {
  /** The owner as the zone has it; `*.shop.example.` for answers from a wildcard. */
  readonly name: string;
  readonly type: string;
  /** The records for the clients of each network. Who is in none gets all. */
  readonly bySubnet?: readonly Place[];
  /** Leaves out what `setHealth` called down. */
  readonly byHealth?: boolean;
  /** All, the first one changing with each answer; or one record, drawn by weight (0 for what is not listed). */
  readonly choose?: 'rotate' | { readonly weights: Readonly<Record<string, number>> };
}

export interface Place {
  /** `198.51.100.0/24` */
  readonly network: string;
  readonly data: readonly string[];
  /** What it is called in reasons: `Europe`. */
  readonly label?: string;
}

/** What a client got, and why. */
export interface Choice {
  readonly records: readonly DnsRecord[];
  readonly reason: string;
  /** Bits of the client's address that decided; undefined where its address had no part in it. */
  readonly scope: number | undefined;
}

interface Policy {
  readonly set: VariedSet;
  readonly networks: readonly Cidr[];
  turn: number;
}

export class Variety {
  readonly #policies = new Map<string, Policy>();
  readonly #down = new Set<string>();
  readonly #random: Random | undefined;

  /** `random` draws for weights. Throws {@link Misuse} for a policy that could never decide. */
  constructor(sets: readonly VariedSet[], random: Random | undefined) {
    this.#random = random;
    for (const set of sets) {
      const key = keyOf(set.name, parseType(set.type));
      if (this.#policies.has(key)) throw new Misuse(`two policies for ${set.name} ${set.type}`);
      if (typeof set.choose === 'object') {
        if (!random) throw new Misuse(`${set.name} ${set.type} is drawn by weight, which needs chance`);
        weightedIndex(Object.values(set.choose.weights), 0);
      }
      const networks = (set.bySubnet ?? []).map(({ network }) => networkOf(parseCidr(network)));
      this.#policies.set(key, { set, networks, turn: 0 });
    }
  }

  /** Whether a client's network makes a difference anywhere: then RFC 7871 is spoken. */
  get looksAtSubnets(): boolean {
    for (const { networks } of this.#policies.values()) if (networks.length > 0) return true;
    return false;
  }

  dependsOnSubnet(owner: string, type: number): boolean {
    return (this.#policies.get(keyOf(owner, type))?.networks.length ?? 0) > 0;
  }

  /** Marks what a record points at (`203.0.113.80`) as up or down. */
  setHealth(target: string, up: boolean): MachineEvent {
    const wasUp = !this.#down.has(target);
    if (up) this.#down.delete(target);
    else this.#down.add(target);
    return { kind: 'dns.authority.health', detail: { target, up, changed: wasUp !== up } };
  }

  isUp(target: string): boolean {
    return !this.#down.has(target);
  }

  /** `records` are a whole set, whose owner in the zone is `owner`; undefined when nothing is said about it. */
  choose(owner: string, records: readonly DnsRecord[], client: Cidr): Choice | undefined {
    const [first] = records;
    const policy = first && this.#policies.get(keyOf(owner, first.type));
    if (!policy) return undefined;
    const { set, networks } = policy;
    const reasons: string[] = [];
    let chosen = records;
    let scope: number | undefined;
    if (networks.length > 0) {
      const near = this.#near(policy, chosen, client);
      chosen = near.records;
      scope = near.scope;
      reasons.push(near.reason);
    }
    if (set.byHealth) chosen = this.#healthy(chosen, reasons);
    if (set.choose === 'rotate') {
      const turn = policy.turn++;
      chosen = rotated(chosen, turn);
      reasons.push(`round robin: ${dataText(chosen[0]!)} comes first this time`);
    } else if (set.choose) {
      chosen = this.#drawn(chosen, set.choose.weights, reasons);
    }
    return { records: chosen, reason: reasons.join('; '), scope };
  }

  #near({ set, networks }: Policy, records: readonly DnsRecord[], client: Cidr): Choice {
    const { index, bits } = longestPrefix(networks, client);
    const where = formatCidr(client);
    if (index === undefined)
      return { records, reason: `${where} is in none of the listed networks: all records`, scope: bits };
    const place = set.bySubnet![index]!;
    const here = records.filter((record) => place.data.includes(dataText(record)));
    const named = place.label === undefined ? place.network : `${place.network} (${place.label})`;
    if (here.length === 0)
      return { records, reason: `the zone has none of the records for ${named}: all records`, scope: bits };
    return { records: here, reason: `${where} is in ${named}`, scope: bits };
  }

  #healthy(records: readonly DnsRecord[], reasons: string[]): readonly DnsRecord[] {
    const down = records.filter((record) => this.#down.has(dataText(record)));
    if (down.length === 0) return records;
    if (down.length === records.length) {
      reasons.push('everything is down, so health decides nothing');
      return records;
    }
    reasons.push(`${down.map(dataText).join(', ')} ${down.length > 1 ? 'are' : 'is'} down`);
    return records.filter((record) => !down.includes(record));
  }

  #drawn(
    records: readonly DnsRecord[],
    weights: Readonly<Record<string, number>>,
    reasons: string[],
  ): readonly DnsRecord[] {
    const own = records.map((record) => weights[dataText(record)] ?? 0);
    const total = own.reduce((sum, weight) => sum + weight, 0);
    if (total === 0) {
      reasons.push('none of these has a weight: all records');
      return records;
    }
    const index = weightedIndex(own, this.#random!.float());
    reasons.push(`drawn by weight, ${own[index]} of ${total}`);
    return [records[index]!];
  }
}

function keyOf(name: string, type: number): string {
  return `${nameKey(canonicalName(name))} ${typeName(type)}`;
}
