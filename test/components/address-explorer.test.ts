// What the address explorer reads and says, without its page; the page is test/site/address-explorer.spec.ts.
import { describe, expect, it } from 'vitest';
import {
  bitsOf,
  canonicalText,
  compareTyped,
  countText,
  factsOf,
  kindText,
  reachText,
} from '../../components/figure/address-facts.ts';
import { type Reading, readTyped } from '../../components/figure/address-reading.ts';
import { ALL_KINDS } from '../../src/engine/base/address-kinds.ts';
import { formatCidr, ipToBigInt } from '../../src/engine/base/cidr.ts';
import { Random } from '../../src/engine/base/random.ts';
import { addressText, hostText, prefixText } from '../base/address-inputs.ts';

function read(text: string): Reading {
  const found = readTyped(text);
  if ('fault' in found) throw new Error(`${text}: ${found.fault}`);
  return found;
}
function faultOf(text: string): string {
  const found = readTyped(text);
  return 'fault' in found ? found.fault : `read as ${found.notation}`;
}

describe('what is typed', () => {
  it.each([
    ['192.168.1.23/24', '192.168.1.23/24', 'dotted decimal, with a prefix length'],
    [' 192.168.1.23 ', '192.168.1.23', 'dotted decimal'],
    ['10.1.2.3 255.255.240.0', '10.1.2.3/20', 'dotted decimal, with a netmask'],
    ['10.1.2.3 netmask 255.255.240.0', '10.1.2.3/20', 'dotted decimal, with a netmask'],
    ['10.1.2.3/255.255.240.0', '10.1.2.3/20', 'dotted decimal, with a netmask'],
    ['10.1.2.3/0.0.15.255', '10.1.2.3/20', 'dotted decimal, with a wildcard'],
    ['192.0.2.80:8080', '192.0.2.80', 'dotted decimal, port 8080'],
    ['127.1', '127.0.0.1', 'two parts, all decimal, the last of them 24 bits wide'],
    ['2130706433', '127.0.0.1', 'one decimal number of 32 bits'],
    ['0x7f000001', '127.0.0.1', 'one hexadecimal number of 32 bits'],
    [
      '0x7f.1/8',
      '127.0.0.1/8',
      'two parts, hexadecimal and decimal, the last of them 24 bits wide, with a prefix length',
    ],
    ['0300.0.2.80', '192.0.2.80', 'four parts, octal and decimal'],
    ['１９２.0.2.80', '192.0.2.80', 'IPv4 in disguise: characters that stand for digits and dots'],
    ['2001:DB8::1', '2001:db8::1', 'IPv6, zeros left out at ::'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1', 'IPv6, all groups written'],
    [
      '::ffff:192.0.2.80',
      '::ffff:192.0.2.80',
      'IPv6, zeros left out at ::, its last 32 bits in dotted decimal',
    ],
    ['[2001:db8::1]:443', '2001:db8::1', 'IPv6, zeros left out at ::, in brackets, port 443'],
    ['fe80::1%eth0/64', 'fe80::1%eth0/64', 'IPv6, zeros left out at ::, with a prefix length, in zone eth0'],
    ['https://user@[2001:db8::1]:443/24?q', '2001:db8::1', 'IPv6, zeros left out at ::, in a URL, port 443'],
    ['http://192.0.2.80/24', '192.0.2.80', 'dotted decimal, in a URL'],
  ])('%j is %s: %s', (text, canonical, notation) => {
    expect(canonicalText(read(text))).toBe(canonical);
    expect(read(text).notation).toBe(notation);
  });

  it.each([
    ['', 'Type an address'],
    ['256.1.1.1', '256 is too large'],
    ['1.2.3.4.5', 'four parts, and here are 5'],
    ['1.2.65536', 'this part holds 65,535'],
    ['4294967296', 'does not fit into 32 bits'],
    ['192.168.1.089', 'octal, which has no 8 or 9'],
    ['0xzz', 'no hexadecimal number'],
    ['1..2', 'missing beside a dot'],
    ['1.2.3.a', 'would begin with 0x'],
    ['chaicart.example', 'a name'],
    ['localhost', 'a name'],
    ['192.0.2.80%eth0', 'IPv4 has no zones'],
    ['192.0.2.80/33', '/33 is too long'],
    ['192.0.2.80/', 'from 0 to 32'],
    ['192.0.2.80/255.0.255.0', 'its ones do not stand together'],
    ['192.0.2.80/x', 'neither a prefix length'],
    ['192.0.2.80:65536', 'Port 65536'],
    ['192.0.2.80:', 'A port number is missing'],
    ['[192.0.2.80]', 'Brackets are for IPv6'],
    ['192.0.2.80 what', 'a space inside'],
    ['192,168,1,1', '“,” has no place'],
    ['2001:db8::/129', '/129 is too long'],
    ['2001:db8::/255.255.0.0', 'IPv6 has no netmasks'],
    ['1:2:3', 'eight groups, and here are 3'],
    ['1:2:3:4:5:6:7:8:9', 'here are 9'],
    ['1:2:3:4:5:6:7:8::', ':: stands for nothing'],
    ['1::2::3', 'Only one ::'],
    [':::', 'Three colons'],
    ['::12345', '12345 has 5 digits'],
    ['::g', '“g” is no hexadecimal digit'],
    [':1:2:3:4:5:6:7', 'A single colon'],
    ['::1.2.3', '1.2.3 is no IPv4 address'],
    ['fe80::1%', 'Behind % stands one zone'],
    ['/24', 'no address before'],
    ['x'.repeat(301), 'longer than any address'],
  ])('%j: %s', (text, fault) => {
    expect(faultOf(text)).toContain(fault);
  });

  it('never breaks, and its canonical text says the same again', () => {
    const random = new Random(5);
    let good = 0;
    for (let i = 0; i < 20_000; i++) {
      const text = [addressText, prefixText, hostText][i % 3]!(random);
      const found = readTyped(text);
      if ('fault' in found) {
        expect(found.fault, text).toMatch(/^\S.{12,}[.:]$/s);
        continue;
      }
      good++;
      const canonical = canonicalText(found);
      expect(canonicalText(read(canonical)), text).toBe(canonical);
      expect(factsOf(found).length).toBeGreaterThan(1);
      expect(kindText(found).kind.name).not.toBe('');
    }
    expect(good).toBeGreaterThan(5000);
  });
});

describe('readers that disagree', () => {
  const answers = (text: string) => read(text).answers.map(({ who, sees }) => `${who}: ${sees}`);

  it('stand side by side', () => {
    expect(answers('010.0.0.1')).toEqual([
      'A strict parser: undefined',
      'A browser: 8.0.0.1',
      'One that skips zeros: 10.0.0.1',
    ]);
    expect(answers('127.1')).toEqual(['A strict parser: undefined', 'A browser: 127.0.0.1']);
    expect(answers('fe80::1%eth0')).toEqual(['A strict parser: fe80::1%eth0', 'A browser: undefined']);
    expect(read('010.0.0.1').lesson).toContain('three answers');
  });

  it('are silent where all agree', () => {
    for (const text of ['10.0.0.1', '2001:db8::1/64', '[::1]:80']) expect(answers(text)).toEqual([]);
  });

  it('a port without brackets is asked about', () => {
    expect(read('::1:80').hint).toBe('If 80 was meant as a port, write [::1]:80.');
    expect(read('[::1]:80').hint).toBeUndefined();
    expect(read('2001:db8::1').hint).toBeUndefined();
  });
});

describe('what is said of it', () => {
  const facts = (text: string) =>
    Object.fromEntries(
      factsOf(read(text)).map(({ term, code, words }) => [term, `${code.join(' ')} | ${words}`]),
    );

  it('of a machine in its network', () => {
    expect(facts('192.168.1.23/24')).toEqual({
      Canonical: '192.168.1.23/24 | an address in this network',
      Network: '192.168.1.0/24 | netmask 255.255.255.0, wildcard 0.0.0.255',
      'From, to': '192.168.1.0 192.168.1.255 | 256 addresses',
      'For machines': '192.168.1.1 192.168.1.254 | 254, without the network’s own and the broadcast address',
      Broadcast: '192.168.1.255 | ',
      'As a number': '3232235799 0xc0a80117 | ',
      'Reverse name': '23.1.168.192.in-addr.arpa. | ',
    });
  });

  it('of a network, of its ends, of links of two and of one', () => {
    expect(facts('192.168.1.0/24')).toMatchObject({
      Canonical: '192.168.1.0/24 | the network itself; no machine has this address',
      'Reverse zone': '1.168.192.in-addr.arpa. | ',
    });
    expect(facts('192.168.1.255/24')['Canonical']).toContain('the broadcast address');
    expect(facts('192.0.2.4/31')['For machines']).toContain('RFC 3021');
    expect(facts('192.0.2.4/32')['From, to']).toBeUndefined();
    expect(facts('192.168.1.23/13')['Network']).toContain(
      'larger than 192.168.0.0/16, so not all of it is private',
    );
  });

  it('of IPv6', () => {
    expect(facts('fe80::200:5eff:fe00:5301%eth0/64')).toMatchObject({
      Canonical: 'fe80::200:5eff:fe00:5301%eth0/64 | an address in this network',
      'From, to': 'fe80:: fe80::ffff:ffff:ffff:ffff | 2^64 addresses',
      'MAC inside': '00:00:5e:00:53:01 | the card from which the last 64 bits were made',
    });
    expect(facts('::ffff:192.0.2.80')['IPv4 inside']).toContain('192.0.2.80');
    expect(facts('2001:db8::/32')['Broadcast']).toBeUndefined();
    expect(kindText(read('ff02::1')).kind.name).toBe('Multicast, link-local');
  });

  it('of prefixes around blocks of other kinds', () => {
    const { kind, inside } = kindText(read('192.168.0.0/15'));
    expect([kind.id, ...inside.map(({ block }) => formatCidr(block))]).toEqual(['global', '192.168.0.0/16']);
    expect(kindText(read('192.168.1.23/15')).kind.id).toBe('private');
  });

  it('bits are the number, counts are short', () => {
    expect(bitsOf(read('192.168.1.23/24').cidr).join('')).toBe('11000000101010000000000100010111');
    expect(BigInt(`0b${bitsOf(read('2001:db8::1').cidr).join('')}`)).toBe(
      ipToBigInt(read('2001:db8::1').cidr.address),
    );
    expect([1n, 256n, 1n << 32n, 1n << 64n].map(countText)).toEqual(['1', '256', '4,294,967,296', '2^64']);
  });

  it('no kind says twice how far it goes', () => {
    for (const kind of ALL_KINDS) {
      const reach = reachText(kind);
      expect(reach === '' || /^[A-Z].*\.$/.test(reach), kind.name).toBe(true);
      if (kind.seenBy.includes('router passes')) expect(reach).toBe('');
    }
  });
});

describe('same network?', () => {
  it.each([
    [
      '192.168.1.23/24',
      '192.168.1.77',
      true,
      'Yes. They share their first 25 bits, and the prefix needs 24. 192.168.1.23 looks for 192.168.1.77 on its own link.',
    ],
    [
      '192.168.1.23/24',
      '192.168.2.77',
      false,
      'No. They share their first 22 bits, and the prefix needs 24. 192.168.1.23 sends it to a router.',
    ],
    [
      '192.168.1.23/24',
      '10.0.0.1',
      false,
      'No. They differ in their very first bit, and the prefix needs 24. 192.168.1.23 sends it to a router.',
    ],
    ['192.168.1.23/24', '192.168.1.23', true, 'It is the same address.'],
    [
      '192.168.1.23',
      '192.168.1.77',
      false,
      'They share their first 25 bits. Whether that is enough only a prefix length can say.',
    ],
    [
      '192.168.1.23/24',
      '2001:db8::1',
      false,
      'No. One is IPv4, the other IPv6: a machine needs an address of each to speak with both.',
    ],
    [
      '0.0.0.0/0',
      '203.0.113.9',
      true,
      'Yes. They differ in their very first bit, and the prefix needs none. 0.0.0.0 looks for 203.0.113.9 on its own link.',
    ],
  ])('%s, %s: %s', (text, other, same, says) => {
    const found = compareTyped(read(text), read(other));
    expect(found.same).toBe(same);
    expect(found.text).toBe(says);
  });

  it('notices that the other one sees it otherwise', () => {
    const { same, text } = compareTyped(read('192.168.1.23/24'), read('192.168.2.77/16'));
    expect(same).toBe(false);
    expect(text).toContain('But 192.168.2.77, by its own /16, would say yes: one of the two is set wrong.');
  });
});
