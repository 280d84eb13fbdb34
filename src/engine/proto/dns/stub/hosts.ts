/**
 * The hosts file: names that a host knows without asking (hosts(5)).
 *
 * Lines are an address and names; `#` begins a comment. Names compare without case and may be written without their final
 * dot, as everybody writes them there.
 */
import { isIp4, parseIp4 } from '../../../base/address.ts';
import { Malformed } from '../../../base/errors.ts';
import { parseIp6 } from '../../../base/ip6.ts';
import { CLASS, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { canonicalName, nameKey } from '../../../wire/dns/name.ts';

/** What every Linux host has. */
export const DEFAULT_HOSTS = '127.0.0.1 localhost\n::1 localhost\n';

export class HostsFile {
  readonly #records = new Map<string, DnsRecord[]>();

  /** Throws {@link Malformed} with the number of the line. */
  constructor(text: string = DEFAULT_HOSTS) {
    const lines = text.split('\n');
    for (let i = 0; i < lines.length; i++) {
      const [address, ...names] = lines[i]!.replace(/#.*/, '').trim().split(/\s+/);
      if (!address) continue;
      try {
        if (names.length === 0) throw new Malformed('a name is missing behind the address');
        for (const name of names) this.#add(canonicalName(name.endsWith('.') ? name : `${name}.`), address);
      } catch (error) {
        if (error instanceof Malformed) throw new Malformed(`hosts file line ${i + 1}: ${error.message}`);
        throw error;
      }
    }
  }

  /** Addresses of the type asked; empty when the file has the name with others only, undefined when it lacks the name. */
  lookup(name: string, type: number): readonly DnsRecord[] | undefined {
    if (type !== TYPE.A && type !== TYPE.AAAA) return undefined;
    return this.#records.get(nameKey(name))?.filter((record) => record.type === type);
  }

  #add(name: string, address: string): void {
    const head = { name, class: CLASS.IN, ttl: 0 };
    const record: DnsRecord = isIp4(address)
      ? { ...head, type: TYPE.A, data: parseIp4(address) }
      : { ...head, type: TYPE.AAAA, data: parseIp6(address) };
    const list = this.#records.get(nameKey(name));
    if (list) list.push(record);
    else this.#records.set(nameKey(name), [record]);
  }
}
