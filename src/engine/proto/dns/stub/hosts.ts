/**
 * The hosts file: names that a host knows without asking (hosts(5)), read as glibc reads it.
 *
 * Lines are an address and names; the first name is what the address is called, the others are aliases; `#` begins a
 * comment. Names compare without case. A line that makes no sense is passed over, and told as a fault, so that an editor
 * can show it. All lines of a name count (`multi on` in host.conf, as Debian has it).
 *
 * Not here: addresses with a zone (`fe80::1%eth0`), IPv4-mapped addresses as IPv4.
 */
import { isIp4, parseIp4 } from '../../../base/address.ts';
import { Malformed } from '../../../base/errors.ts';
import { type Family, familyOf, type Ip, ip6 } from '../../../base/ip.ts';
import { isIp6 } from '../../../base/ip6.ts';
import { canonicalName } from '../../../wire/dns/name.ts';

/** Something in a file that its reader passes over. Line and column count from 1. */
export interface LineFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** What a hosts file says of a name or an address. */
export interface HostEntry {
  /** The first name of the first line. */
  readonly canonicalName: string;
  readonly aliases: readonly string[];
  /** In the order of the lines. */
  readonly addresses: readonly Ip[];
}

interface HostLine {
  readonly address: Ip;
  /** As written, at least one. */
  readonly names: readonly string[];
}

/** What every Linux host has. */
export const DEFAULT_HOSTS = '127.0.0.1 localhost\n::1 localhost\n';

const LOOPBACK4 = parseIp4('127.0.0.1');
const LOOPBACK6 = ip6('::1');

export class HostsFile {
  readonly faults: readonly LineFault[];
  readonly #lines: readonly HostLine[];

  constructor(text: string = DEFAULT_HOSTS) {
    const faults: LineFault[] = [];
    const lines = text.split('\n').map((line, i) => readLine(line, i + 1, faults));
    this.faults = faults;
    this.#lines = lines.filter((line) => line !== undefined);
  }

  /** What the file has of these families under a name; undefined when there is nothing. */
  lookup(name: string, families: readonly Family[]): HostEntry | undefined {
    const wanted = name.toLowerCase();
    const lines = this.#lines
      .filter(({ names }) => names.some((one) => one.toLowerCase() === wanted))
      .map((line) => (isIp6LoopbackFor4(line.address, families) ? { ...line, address: LOOPBACK4 } : line))
      .filter(({ address }) => families.includes(familyOf(address)));
    return entryOf(lines);
  }

  /** What an address is called: by its first line. */
  nameOf(address: Ip): HostEntry | undefined {
    const isThis = (line: HostLine): boolean =>
      line.address === address || (address === LOOPBACK4 && line.address === LOOPBACK6);
    const first = this.#lines.find(isThis);
    return first && { ...entryOf([first])!, addresses: [address] };
  }

  /** All names of an address, of all its lines, in order: what c-ares takes them for. */
  namesOf(address: Ip): string[] {
    const lines = this.#lines.filter((line) => line.address === address);
    return [...new Set(lines.flatMap(({ names }) => names))];
  }

  /** Every name in the file, in order, for completion. */
  names(): string[] {
    return [...new Set(this.#lines.flatMap(({ names }) => names))];
  }
}

/** glibc takes a line of `::1` for one of 127.0.0.1 when it is asked for IPv4 alone, or what 127.0.0.1 is called. */
function isIp6LoopbackFor4(address: Ip, families: readonly Family[]): boolean {
  return address === LOOPBACK6 && families.length === 1 && families[0] === 4;
}

function entryOf(lines: readonly HostLine[]): HostEntry | undefined {
  const [first] = lines;
  if (!first) return undefined;
  const [canonicalName] = first.names;
  const aliases = new Set(lines.flatMap(({ names }) => names));
  aliases.delete(canonicalName!);
  return {
    canonicalName: canonicalName!,
    aliases: [...aliases],
    addresses: lines.map(({ address }) => address),
  };
}

function readLine(text: string, line: number, faults: LineFault[]): HostLine | undefined {
  const words = [...text.replace(/#.*/, '').matchAll(/[^\s]+/g)];
  const [address, ...rest] = words;
  if (!address) return undefined;
  const fault = (at: number, message: string): void => {
    faults.push({ line, column: at + 1, message });
  };
  const [written] = address;
  const ip = isIp4(written) ? parseIp4(written) : isIp6(written) ? ip6(written) : undefined;
  if (ip === undefined) {
    fault(address.index, `${written.slice(0, 60)} is no IP address; a line begins with one`);
    return undefined;
  }
  const names = rest.filter((word) => {
    const wrong = nameFault(word[0]);
    if (wrong) fault(word.index, wrong);
    return !wrong;
  });
  if (rest.length === 0) fault(address.index + written.length, 'a name is missing behind the address');
  return names.length === 0 ? undefined : { address: ip, names: names.map(([name]) => name) };
}

/** glibc would keep any text; a name that DNS could not have is a slip. */
function nameFault(name: string): string | undefined {
  try {
    canonicalName(name.endsWith('.') ? name : `${name}.`);
    return undefined;
  } catch (error) {
    if (error instanceof Malformed) return `${name.slice(0, 60)} is no name: ${error.message}`;
    throw error;
  }
}
