/**
 * Our strict readers and our printer against Python's `ipaddress`, on 100,000 generated and mutated texts each.
 *
 * No difference is by design, but for one of Python's own: before 3.13 it prints mapped addresses without the dotted
 * end that RFC 5952 §5 recommends.
 */
import { describe, expect, it } from 'vitest';
import { type Cidr, ipToBigInt, lastOf, netmaskOf, sizeOf, wildcardOf } from '../../src/engine/base/cidr.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { familyOf, formatIp, type Ip, ip6Bytes, isV4 } from '../../src/engine/base/ip.ts';
import { readAddress, readInterface, readNetwork } from '../../src/engine/base/ip-text.ts';
import { formatIp6Hex } from '../../src/engine/base/ip6.ts';
import { Random } from '../../src/engine/base/random.ts';
import { addressText, prefixText } from '../base/address-inputs.ts';
import { askPython, pythonFault } from './python.ts';

const RUNS = 100_000;
const fault = pythonFault();
if (fault !== undefined) console.log(`ipaddress: skipped, ${fault}`);
const pythonIt = it.skipIf(fault !== undefined && !process.env['CI']);

const READ = `
import ipaddress, json, sys

def one(make, show):
    def ask(text):
        try:
            return show(make(text))
        except ValueError:
            return None
    return ask

zone = lambda a: '%' + a.scope_id if getattr(a, 'scope_id', None) is not None else ''
address = one(ipaddress.ip_address, lambda a: [a.version, '%x' % int(a), zone(a), str(a)])
around = lambda a, z, n: [n.version, '%x' % int(a), zone(z), n.prefixlen]
# An interface's \`ip\` has lost the zone, the interface itself has it
interface = one(ipaddress.ip_interface, lambda i: around(i.ip, i, i.network))
network = lambda n: around(n.network_address, n.network_address, n) + ['%x' % int(n.netmask), '%x' % int(n.hostmask),
    '%x' % int(n.broadcast_address), '%x' % n.num_addresses]
strict = one(ipaddress.ip_network, network)
loose = one(lambda text: ipaddress.ip_network(text, strict=False), network)

asked = json.load(sys.stdin)
json.dump({
    'addresses': [address(text) for text in asked['addresses']],
    'prefixes': [[interface(text), strict(text), loose(text)] for text in asked['prefixes']],
}, sys.stdout)
`;

type Told = readonly (string | number)[] | null;

/** What a reader of ours says, in the words of the script; null for what it refuses. */
function told(read: () => readonly (string | number)[]): Told {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

const hex = (address: Ip) => ipToBigInt(address).toString(16);
const zoned = (zone: string | undefined) => (zone === undefined ? '' : `%${zone}`);

function addressTold(text: string): Told {
  return told(() => {
    const { address, zone } = readAddress(text);
    return [familyOf(address), hex(address), zoned(zone)];
  });
}

function cidrTold({ cidr, zone }: { cidr: Cidr; zone: string | undefined }): (string | number)[] {
  return [familyOf(cidr.address), hex(cidr.address), zoned(zone), cidr.prefixLength];
}

function networkTold(text: string, strict: boolean): Told {
  return told(() => {
    const read = readNetwork(text, strict);
    const { cidr } = read;
    // Python calls the last address of every network its broadcast address
    const numbers = [netmaskOf(cidr), wildcardOf(cidr), lastOf(cidr)].map(hex);
    return [...cidrTold(read), ...numbers, sizeOf(cidr).toString(16)];
  });
}

/** RFC 5952 in Python's hand: its releases before 3.13 print all groups in hexadecimal. */
function isPrintedAs(address: Ip, theirs: string): boolean {
  return theirs === formatIp(address) || (!isV4(address) && theirs === formatIp6Hex(ip6Bytes(address)));
}

describe("Python's ipaddress", () => {
  pythonIt(`reads and prints ${RUNS} addresses and ${RUNS} prefixes as we do`, () => {
    expect(fault).toBeUndefined();
    const random = new Random(3);
    const addresses = Array.from({ length: RUNS }, () => addressText(random));
    const prefixes = Array.from({ length: RUNS }, () => prefixText(random));
    const answers = askPython<{
      addresses: ([number, string, string, string] | null)[];
      prefixes: [Told, Told, Told][];
    }>(READ, { addresses, prefixes });
    const taken = { address: 0, zone: 0, interface: 0, strict: 0, loose: 0 };
    for (const [i, text] of addresses.entries()) {
      const theirs = answers.addresses[i]!;
      same(text, addressTold(text), theirs && theirs.slice(0, 3));
      if (theirs === null) continue;
      const { address, zone } = readAddress(text);
      expect(isPrintedAs(address, theirs[3].slice(0, theirs[3].length - zoned(zone).length)), text).toBe(
        true,
      );
      taken.address++;
      if (zone !== undefined) taken.zone++;
    }
    for (const [i, text] of prefixes.entries()) {
      const [around, strict, loose] = answers.prefixes[i]!;
      same(
        text,
        told(() => cidrTold(readInterface(text))),
        around,
      );
      same(text, networkTold(text, true), strict);
      same(text, networkTold(text, false), loose);
      if (around !== null) taken.interface++;
      if (strict !== null) taken.strict++;
      if (loose !== null) taken.loose++;
    }
    // Two readers that refuse everything agree, too
    expect(taken.address).toBeGreaterThan(RUNS / 5);
    expect(taken.zone).toBeGreaterThan(RUNS / 100);
    expect(taken.interface).toBeGreaterThan(RUNS / 5);
    expect(taken.strict).toBeGreaterThan(RUNS / 20);
    expect(taken.loose).toBe(taken.interface);
  });
});

function same(text: string, ours: Told, theirs: Told): void {
  if (JSON.stringify(ours) !== JSON.stringify(theirs))
    expect.fail(`${JSON.stringify(text)}: we say ${JSON.stringify(ours)}, Python ${JSON.stringify(theirs)}`);
}
