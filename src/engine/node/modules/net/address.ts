/**
 * `net.SocketAddress` and `net.BlockList`: addresses as values, and lists of those that a program will not speak to.
 */
import { inspect } from 'node-inspect-extracted';
import { ip4Within } from '../../../base/address-within.ts';
import { type Cidr, inCidr, cidr as prefix } from '../../../base/cidr.ts';
import { formatIp, type Ip, ip6Bytes, isV4, parseIp } from '../../../base/ip.ts';
import type { Ip6 } from '../../../base/ip6.ts';
import { isIPv4, isIPv6 } from '../../../base/is-ip.ts';
import {
  checkArray,
  checkInt32,
  checkObject,
  checkPort,
  checkString,
  checkUint32,
  invalidType,
  invalidValue,
} from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';

type IpFamily = 'ipv4' | 'ipv6';
type Inspecting = { depth?: number | null; stylize?: (text: string, style: string) => string };

const CUSTOM_INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Addresses from one to another, both in it: one address, a range, or a network. */
interface Rule {
  readonly text: string;
  covers(address: Ip): boolean;
}

export function netAddress(_node: NodeProcess) {
  class SocketAddress {
    readonly #address: string;
    readonly #family: IpFamily;
    readonly #port: number;
    readonly #flowlabel: number;

    constructor(options: unknown = {}) {
      checkObject(options, 'options');
      const said = options as { family?: unknown; address?: unknown; port?: unknown; flowlabel?: unknown };
      const family = typeof said.family === 'string' ? said.family.toLowerCase() : (said.family ?? 'ipv4');
      const address = said.address ?? (family === 'ipv4' ? '127.0.0.1' : '::');
      if (family !== 'ipv4' && family !== 'ipv6') throw invalidValue('options.family', said.family);
      checkString(address, 'options.address');
      this.#port = checkPort(said.port ?? 0, 'options.port');
      checkUint32(said.flowlabel ?? 0, 'options.flowlabel');
      this.#flowlabel = (said.flowlabel ?? 0) as number;
      if (!(family === 'ipv4' ? isIPv4(address) : isIPv6(address)))
        throw codedError(Error, 'ERR_INVALID_ADDRESS', 'Invalid socket address');
      this.#family = family;
      this.#address = formatIp(parseIp(address.replace(/%.*/, '')));
    }

    static isSocketAddress(value: unknown): value is SocketAddress {
      return typeof value === 'object' && value !== null && #address in value;
    }

    /** Undefined for what is no address with a port, or without one. */
    static parse(input: unknown): SocketAddress | undefined {
      checkString(input, 'input');
      try {
        const { hostname, port } = new URL(`http://${input}`);
        const isV6 = hostname.startsWith('[') && hostname.endsWith(']');
        const address = isV6 ? hostname.slice(1, -1) : hostname;
        return new SocketAddress({ address, port: Number(port), family: isV6 ? 'ipv6' : 'ipv4' });
      } catch {
        return undefined;
      }
    }

    get address(): string {
      return this.#address;
    }

    get port(): number {
      return this.#port;
    }

    get family(): IpFamily {
      return this.#family;
    }

    get flowlabel(): number {
      return this.#flowlabel;
    }

    toJSON() {
      return {
        address: this.#address,
        port: this.#port,
        family: this.#family,
        flowlabel: this.#flowlabel,
      };
    }

    [CUSTOM_INSPECT](depth: number, options: Inspecting): unknown {
      if (depth < 0) return tooDeep(this, options);
      return `SocketAddress ${inspect(this.toJSON(), lessDeep(options))}`;
    }
  }

  class BlockList {
    /** By the address without IPv6's clothes; what is added again stays where it was. */
    readonly #addresses = new Map<Ip, Rule>();
    /** The newest first, as often as they were added. */
    #subnets: Rule[] = [];
    #ranges: Rule[] = [];

    static readonly PRIVATE_RANGES: readonly string[] = Object.freeze([
      '10.0.0.0/8',
      '172.16.0.0/12',
      '192.168.0.0/16',
      '127.0.0.0/8',
      '::1/128',
      '169.254.0.0/16',
      'fe80::/10',
      'fc00::/7',
    ]);

    static isBlockList(value: unknown): value is BlockList {
      return typeof value === 'object' && value !== null && #addresses in value;
    }

    addAddress(address: unknown, family: unknown = 'ipv4'): void {
      this.#addAddress(read(address, family, 'address').ip);
    }

    #addAddress(ip: Ip): void {
      this.#addresses.set(plain(ip), addressRule(ip));
    }

    addAddresses(addresses: unknown, family: unknown = 'ipv4'): void {
      checkArray(addresses, 'addresses');
      checkString(family, 'family');
      // all are read before one is added: a list with a fault in it changes nothing
      const all = addresses.map((one, at) => read(one, family, `addresses[${at}]`));
      for (const { ip } of all) this.#addAddress(ip);
    }

    addRange(start: unknown, end: unknown, family: unknown = 'ipv4'): void {
      const from = read(start, family, 'start');
      const to = read(end, family, 'end');
      if (!isOrdered(from.ip, to.ip))
        throw invalidValue('start', asSocketAddress(start, from), 'must come before end');
      this.#ranges.unshift(rangeRule(from.ip, to.ip));
    }

    addSubnet(network: unknown, prefixLength: unknown, family: unknown = 'ipv4'): void {
      const at = read(network, family, 'network');
      this.#subnets.unshift(subnetRule(at.ip, checkPrefix(prefixLength, at.family)));
    }

    addCIDR(cidr: unknown): void {
      const { address, prefixLength, family } = readCidr(cidr);
      this.addSubnet(address, prefixLength, family);
    }

    addCIDRs(cidrs: unknown): void {
      checkArray(cidrs, 'cidrs');
      const all = cidrs.map((one, at) => {
        checkString(one, `cidrs[${at}]`);
        return readCidr(one);
      });
      for (const { address, prefixLength, family } of all) this.addSubnet(address, prefixLength, family);
    }

    removeAddress(address: unknown, family: unknown = 'ipv4'): void {
      this.#addresses.delete(plain(read(address, family, 'address').ip));
    }

    removeRange(start: unknown, end: unknown, family: unknown = 'ipv4'): void {
      this.#ranges = without(
        this.#ranges,
        rangeRule(read(start, family, 'start').ip, read(end, family, 'end').ip),
      );
    }

    removeSubnet(network: unknown, prefixLength: unknown, family: unknown = 'ipv4'): void {
      const at = read(network, family, 'network');
      this.#subnets = without(this.#subnets, subnetRule(at.ip, checkPrefix(prefixLength, at.family)));
    }

    removeCIDR(cidr: unknown): void {
      const { address, prefixLength, family } = readCidr(cidr);
      this.removeSubnet(address, prefixLength, family);
    }

    check(address: unknown, family: unknown = 'ipv4'): boolean {
      const ip = SocketAddress.isSocketAddress(address)
        ? parseIp(address.address)
        : checkedText(address, family);
      if (ip === undefined) return false;
      return this.#all().some((rule) => rule.covers(ip));
    }

    clear(): void {
      this.#addresses.clear();
      this.#subnets = [];
      this.#ranges = [];
    }

    #all(): Rule[] {
      return [...[...this.#addresses.values()].reverse(), ...this.#subnets, ...this.#ranges];
    }

    get rules(): readonly string[] {
      return this.#all().map(({ text }) => text);
    }

    get size(): number {
      return this.#all().length;
    }

    toJSON(): readonly string[] {
      return this.rules;
    }

    fromJSON(data: unknown): void {
      const fault = (): Error => invalidType('data', ['string', 'string[]'], data);
      if (typeof data !== 'string' && !Array.isArray(data)) throw fault();
      const list: unknown = typeof data === 'string' ? JSON.parse(data) : data;
      if (!Array.isArray(list) || list.some((one) => typeof one !== 'string')) throw fault();
      for (const text of list as string[]) this.#addText(text);
    }

    /** `Subnet: IPv4 192.0.2.0/24`, as {@link rules} writes them; others are passed over. */
    #addText(text: string): void {
      const [, kind, version, said = ''] =
        /(Subnet|Address|Range): IPv([46]) ([0-9a-f:.]+(?:[/-][0-9a-f:.]+)?)/i.exec(text) ?? [];
      const family = `ipv${version}`;
      const [first, second] = said.split(/[/-]/);
      if (kind === 'Address') this.addAddress(first, family);
      else if (kind === 'Subnet') this.addSubnet(first, Number(second), family);
      else if (kind === 'Range') this.addRange(first, second, family);
    }

    [CUSTOM_INSPECT](depth: number, options: Inspecting): unknown {
      if (depth < 0) return tooDeep(this, options);
      return `BlockList ${inspect({ rules: this.rules }, lessDeep(options))}`;
    }
  }

  /** An address that a rule is made of; `name` is how errors call it. */
  function read(value: unknown, family: unknown, name: string): { ip: Ip; family: IpFamily } {
    if (SocketAddress.isSocketAddress(value)) return { ip: parseIp(value.address), family: value.family };
    checkString(value, name);
    checkString(family, 'family');
    const made = new SocketAddress({ address: value, family });
    return { ip: parseIp(made.address), family: made.family };
  }

  function asSocketAddress(given: unknown, { ip, family }: { ip: Ip; family: IpFamily }): unknown {
    return SocketAddress.isSocketAddress(given)
      ? given
      : new SocketAddress({ address: formatIp(ip), family });
  }

  return { SocketAddress, BlockList };
}

/** What `check` is asked about; a text that is no address is in no list. */
function checkedText(address: unknown, family: unknown): Ip | undefined {
  checkString(address, 'address');
  checkString(family, 'family');
  const isRight = family.toLowerCase() === 'ipv4' ? isIPv4(address) : isIPv6(address);
  return isRight ? parseIp(address.replace(/%.*/, '')) : undefined;
}

/** The list without the first rule that says the same. */
function without(rules: readonly Rule[], { text }: Rule): Rule[] {
  const at = rules.findIndex((one) => one.text === text);
  return rules.filter((_, i) => i !== at);
}

/** An address without IPv6's clothes. */
function plain(ip: Ip): Ip {
  const within = isV4(ip) ? undefined : ip4Within(ip);
  return within?.by === 'mapped' ? within.address : ip;
}

function addressRule(ip: Ip): Rule {
  return {
    text: `Address: ${versionOf(ip)} ${formatIp(ip)}`,
    covers: (address) => alike(ip, address).some((one) => one === ip),
  };
}

function rangeRule(from: Ip, to: Ip): Rule {
  return {
    text: `Range: ${versionOf(from)} ${formatIp(from)}-${formatIp(to)}`,
    covers: (address) => alike(from, address).some((one) => isOrdered(from, one) && isOrdered(one, to)),
  };
}

function subnetRule(ip: Ip, prefixLength: number): Rule {
  const network: Cidr = prefix(ip, prefixLength);
  return {
    text: `Subnet: ${versionOf(ip)} ${formatIp(ip)}/${prefixLength}`,
    covers: (address) => alike(ip, address).some((one) => inCidr(one, network)),
  };
}

/** The address in the family of a rule: an IPv4 address is also meant in IPv6's clothes, and those without them. */
function alike(rule: Ip, address: Ip): Ip[] {
  if (isV4(rule) === isV4(address)) return [address];
  if (isV4(address)) return [parseIp(`::ffff:${formatIp(address)}`)];
  const within = ip4Within(address);
  return within?.by === 'mapped' ? [within.address] : [];
}

function isOrdered(a: Ip, b: Ip): boolean {
  if (isV4(a) && isV4(b)) return a <= b;
  if (isV4(a) || isV4(b)) return false;
  return hex(a) <= hex(b);
}

/** Texts of IPv6 addresses that sort as their numbers do. */
function hex(address: Ip): string {
  const bytes = ip6Bytes(address as Ip6);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function versionOf(ip: Ip): 'IPv4' | 'IPv6' {
  return isV4(ip) ? 'IPv4' : 'IPv6';
}

function checkPrefix(value: unknown, family: IpFamily): number {
  checkInt32(value, 'prefix', 0, family === 'ipv4' ? 32 : 128);
  return value + 0;
}

function readCidr(cidr: unknown): { address: string; prefixLength: number; family: IpFamily } {
  checkString(cidr, 'cidr');
  const slash = cidr.lastIndexOf('/');
  if (slash < 0) throw invalidValue('cidr', cidr, 'must contain a prefix length (e.g. "10.0.0.0/8")');
  const address = cidr.slice(0, slash);
  const prefixLength = Number.parseInt(cidr.slice(slash + 1), 10);
  if (String(prefixLength) !== cidr.slice(slash + 1))
    throw invalidValue('cidr', cidr, 'prefix length must be a valid integer');
  return { address, prefixLength, family: address.includes(':') ? 'ipv6' : 'ipv4' };
}

/** What stands for an object beneath the depth: it is not empty, though nothing of it can be seen from outside. */
function tooDeep({ constructor: { name } }: object, { stylize }: Inspecting): string {
  return stylize ? stylize(`[${name}]`, 'special') : `[${name}]`;
}

function lessDeep(options: Inspecting): Inspecting {
  return {
    ...options,
    depth: options.depth === null || options.depth === undefined ? null : options.depth - 1,
  };
}
