/**
 * Names and addresses for the programs of the shell, as the C library looks them up: an address stands for itself, then
 * the hosts file, then whatever resolver the machine has.
 */
import { IP4_ANY, type Ip4 } from '../base/address.ts';
import { Malformed } from '../base/errors.ts';
import { familyOf, formatIp, type Ip, ip6, parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import { parseLooseIp4 } from '../base/url-host.ts';
import type { Host } from '../net/host.ts';
import { ProgramError, type Task } from '../sim/task.ts';
import type { Family } from './program.ts';

/** Asks a resolver. Throws a ProgramError with the code of `getaddrinfo` as Node names it. */
export type Resolve = (host: Host, name: string, family: Family | undefined) => Task<readonly Ip[]>;

/** The hosts file of a run: addresses by name. The first name of an address is what it is called. */
export type HostsFile = Readonly<Record<string, string | readonly string[]>>;

const LOOPBACK4 = 0x7f00_0001 as Ip4;
const LOOPBACK6 = ip6('::1');
/** Debian gives a machine's own name an address of its own (debian-reference, §5.1.1). */
const OWN_NAME = 0x7f00_0101 as Ip4;

/** Errors of name resolution in the C library's words (`gai_strerror`). */
export const RESOLVE_TEXT: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  ENODATA: 'No address associated with hostname',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EAI_ADDRFAMILY: 'Address family for hostname not supported',
};

export class Names {
  readonly #host: Host;
  readonly #byName = new Map<string, Ip[]>();
  readonly #byAddress = new Map<Ip, string>();
  readonly #resolve: Resolve | undefined;

  constructor(host: Host, hosts: HostsFile, resolve: Resolve | undefined) {
    this.#host = host;
    this.#resolve = resolve;
    this.#add('localhost', LOOPBACK6);
    this.#add('localhost', LOOPBACK4);
    this.#add(host.name, OWN_NAME);
    for (const [name, addresses] of Object.entries(hosts))
      for (const address of typeof addresses === 'string' ? [addresses] : addresses)
        this.#add(name, parseIp(address));
  }

  nameOf(address: Ip): string | undefined {
    return this.#byAddress.get(address);
  }

  /** Addresses of a name, in the order in which to try them. Throws a ProgramError in the C library's words. */
  *lookup(text: string, family: Family | undefined): Task<readonly Ip[]> {
    const own = literal(text) ?? this.#byName.get(text.toLowerCase().replace(/\.$/, ''));
    if (own) return ofFamily(own, family);
    if (text === '' || text.includes(':')) throw failure('ENOTFOUND');
    if (!this.#resolve) throw failure('EAI_AGAIN');
    try {
      return ofFamily(yield* this.#resolve(this.#host, text, family), family);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      throw failure(error.code);
    }
  }

  #add(name: string, address: Ip): void {
    const known = this.#byName.get(name.toLowerCase()) ?? [];
    known.push(address);
    this.#byName.set(name.toLowerCase(), known);
    if (!this.#byAddress.has(address)) this.#byAddress.set(address, name);
  }
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

/** For completion: every name and address that a hosts file holds. */
export function hostsWords(hosts: HostsFile): readonly string[] {
  return Object.entries(hosts).flatMap(([name, addresses]) => [
    name,
    ...(typeof addresses === 'string' ? [addresses] : addresses).map((text) => formatIp(parseIp(text))),
  ]);
}
