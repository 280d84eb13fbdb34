import { expect, it } from 'vitest';
import { formatIp, parseIp } from '../../../../src/engine/base/ip.ts';
import { HostsFile } from '../../../../src/engine/proto/dns/stub/hosts.ts';

const TEXT = `127.0.0.1\tlocalhost
::1 localhost ip6-localhost # the second family
# 192.0.2.9 nobody
192.0.2.80  ChaiCart.example  shop
2001:db8::80 shop chaicart
192.0.2.81 shop
`;

const found = (file: HostsFile, name: string, families: readonly (4 | 6)[] = [4, 6]) => {
  const entry = file.lookup(name, families);
  return entry && [entry.canonicalName, entry.aliases, entry.addresses.map(formatIp)];
};

it('knows names and aliases of every line, without case, under the first name', () => {
  const file = new HostsFile(TEXT);
  expect(file.faults).toEqual([]);
  expect(found(file, 'chaicart.EXAMPLE')).toEqual(['ChaiCart.example', ['shop'], ['192.0.2.80']]);
  expect(found(file, 'shop')).toEqual([
    'ChaiCart.example',
    ['shop', 'chaicart'],
    ['192.0.2.80', '2001:db8::80', '192.0.2.81'],
  ]);
  expect(found(file, 'shop', [6])).toEqual(['shop', ['chaicart'], ['2001:db8::80']]);
  expect(found(file, 'nobody')).toBeUndefined();
  expect(found(file, 'chaicart', [4])).toBeUndefined();
  expect(file.names()).toEqual(['localhost', 'ip6-localhost', 'ChaiCart.example', 'shop', 'chaicart']);
});

it('knows what an address is called', () => {
  const file = new HostsFile(TEXT);
  expect(file.nameOf(parseIp('2001:db8::80'))).toMatchObject({
    canonicalName: 'shop',
    aliases: ['chaicart'],
  });
  expect(file.nameOf(parseIp('192.0.2.9'))).toBeUndefined();
});

it.each([
  ['192.0.2.1', 1, 10, /a name is missing/],
  ['\n  300.0.2.1 a', 2, 3, /300\.0\.2\.1 is no IP address/],
  ['127.1 short', 1, 1, /no IP address/],
  ['chaicart.example 192.0.2.80', 1, 1, /no IP address/],
  ['::1 a..b good', 1, 5, /a\.\.b is no name: empty label/],
  [`::1 ${'x'.repeat(64)}`, 1, 5, /no name/],
])('passes over %j and tells', (text, line, column, message) => {
  const file = new HostsFile(`${text}\n192.0.2.7 whole\n`);
  expect(file.faults).toHaveLength(1);
  expect(file.faults[0]).toMatchObject({ line, column, message: expect.stringMatching(message) });
  expect(found(file, 'whole')).toEqual(['whole', [], ['192.0.2.7']]);
});

it('keeps the good names of a line with a bad one', () => {
  expect(found(new HostsFile('::1 a..b good'), 'good')).toEqual(['good', [], ['::1']]);
});
