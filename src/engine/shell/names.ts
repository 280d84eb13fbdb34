/**
 * Names and addresses for the programs of the shell, as the C library looks them up: an address stands for itself, then
 * the hosts file, then whatever resolver the machine has.
 *
 * Where a machine has a resolution of its own (app/system-resolver), that is asked, and reads the hosts file itself.
 */
import { IP4_ANY, type Ip4 } from '../base/address.ts';
import { Malformed } from '../base/errors.ts';
import { familyOf, formatIp, type Ip, ip6, parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import { parseLooseIp4 } from '../base/url-host.ts';
import type { Host } from '../net/host.ts';
import { defaultHosts, HOSTS_PATH } from '../net/host-files.ts';
import { HostsFile } from '../proto/dns/stub/hosts.ts';
import { ProgramError, type Task } from '../sim/task.ts';
import type { Family, HostAnswer, NameCache } from './program.ts';

/** The name resolution of a machine, as app/system-resolver is one. Throws ProgramErrors with the codes of `getaddrinfo` as Node names them. */
export interface SystemNames extends NameCache {
  readonly host: Host;
  addresses(name: string, options: { readonly family?: Family }): Task<Omit<HostAnswer, 'aliases'>>;
  nameOf(address: Ip): Task<string>;
}

/** Names that everybody in a run has in the hosts file: addresses by name. */
export type HostsTable = Readonly<Record<string, string | readonly string[]>>;

const LOOPBACK4 = 0x7f00_0001 as Ip4;
const LOOPBACK6 = ip6('::1');

/** Errors of name resolution in the C library's words (`gai_strerror`). */
export const RESOLVE_TEXT: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  ENODATA: 'No address associated with hostname',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EAI_FAIL: 'Non-recoverable failure in name resolution',
  EAI_ADDRFAMILY: 'Address family for hostname not supported',
};

export class Names {
  readonly #host: Host;
  readonly #system: SystemNames | undefined;

  constructor(host: Host, system: SystemNames | undefined) {
    this.#host = host;
    this.#system = system;
  }

  /** What the hosts file calls an address. */
  nameOf(address: Ip): string | undefined {
    return this.#file().nameOf(address)?.canonicalName;
  }

  /** Throws a ProgramError in the C library's words. */
  *lookup(text: string, family: Family | undefined): Task<HostAnswer> {
    const own = literal(text);
    if (own) return { addresses: ofFamily(own, family), canonicalName: text, aliases: [] };
    if (text === '' || text.includes(':')) throw failure('ENOTFOUND');
    const entry = this.#entry(text, family);
    if (!this.#system) {
      if (entry) return entry;
      throw failure(this.#entry(text, undefined) ? 'EAI_ADDRFAMILY' : 'EAI_AGAIN');
    }
    try {
      const found = yield* this.#system.addresses(text, family === undefined ? {} : { family });
      return { ...found, aliases: entry?.aliases ?? [] };
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      throw failure(error.code);
    }
  }

  *reverse(address: Ip): Task<HostAnswer | undefined> {
    const known = this.#file().nameOf(address);
    if (known) return known;
    if (!this.#system) return undefined;
    try {
      const canonicalName = yield* this.#system.nameOf(address);
      return { addresses: [address], canonicalName, aliases: [] };
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      return undefined;
    }
  }

  #entry(text: string, family: Family | undefined): HostAnswer | undefined {
    const families = family === undefined ? ([4, 6] as const) : [family];
    const entry = this.#file().lookup(text.replace(/\.$/, ''), families);
    if (!entry) return undefined;
    // RFC 6724 §6: of the two names for this machine itself, IPv6 comes first
    const isSelf = entry.addresses.includes(LOOPBACK4) && entry.addresses.includes(LOOPBACK6);
    return isSelf ? { ...entry, addresses: [LOOPBACK6, LOOPBACK4] } : entry;
  }

  #file(): HostsFile {
    return new HostsFile(this.#host.files.read(HOSTS_PATH));
  }
}

/** Writes a table's names below what a new machine's hosts file holds. */
export function installHosts(host: Host, table: HostsTable): void {
  const lines = Object.entries(table).flatMap(([name, addresses]) =>
    (typeof addresses === 'string' ? [addresses] : addresses).map((address) => `${address}\t${name}\n`),
  );
  if (lines.length > 0) host.files.install(HOSTS_PATH, `${defaultHosts(host.name)}${lines.join('')}`);
}

/** The address that a text is, also in the old forms of IPv4 (`127.1`); 0.0.0.0 is this machine, as Linux takes it. */
function literal(text: string): readonly Ip[] | undefined {
  if (isIP(text) === 6) return [parseIp(text)];
  if (!/^[\da-fx.]+$/i.test(text) || !/^\d/.test(text)) return undefined;
  try {
    const address = parseLooseIp4(text);
    return [address === IP4_ANY ? LOOPBACK4 : address];
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function ofFamily(addresses: readonly Ip[], family: Family | undefined): readonly Ip[] {
  const fitting = family === undefined ? addresses : addresses.filter((one) => familyOf(one) === family);
  if (fitting.length === 0) throw failure('EAI_ADDRFAMILY');
  return fitting;
}

function failure(code: string): ProgramError {
  return new ProgramError(code, RESOLVE_TEXT[code] ?? RESOLVE_TEXT['EAI_AGAIN']);
}

/** For completion: every name and address that a table holds. */
export function hostsWords(hosts: HostsTable): readonly string[] {
  return Object.entries(hosts).flatMap(([name, addresses]) => [
    name,
    ...(typeof addresses === 'string' ? [addresses] : addresses).map((text) => formatIp(parseIp(text))),
  ]);
}
