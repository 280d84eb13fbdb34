import { expect, it } from 'vitest';
import { formatIp } from '../../../../src/engine/base/ip.ts';
import { SECOND } from '../../../../src/engine/base/units.ts';
import {
  DEFAULT_RESOLV_CONF,
  formatResolvConf,
  parseResolvConf,
} from '../../../../src/engine/proto/dns/stub/resolv-conf.ts';

const read = (text: string) => parseResolvConf(text);

it('has the defaults of resolv.conf(5), and the machine itself as the server when none is named', () => {
  expect(read('').conf).toEqual(DEFAULT_RESOLV_CONF);
  expect(read('# nothing\n; at all\n\n').faults).toEqual([]);
  expect(DEFAULT_RESOLV_CONF).toMatchObject({ ndots: 1, timeout: 5 * SECOND, attempts: 2 });
});

it('reads servers of both families, the last search list, and options', () => {
  const { conf, faults } = read(`nameserver 192.0.2.53
nameserver\t2001:db8::53
domain old.example
search chaicart.example  example
options ndots:2 timeout:3 attempts:4
options rotate edns0 use-vc single-request no-aaaa no-tld-query trust-ad
`);
  expect(faults).toEqual([]);
  expect(conf.servers.map(formatIp)).toEqual(['192.0.2.53', '2001:db8::53']);
  expect(conf).toMatchObject({
    search: ['chaicart.example', 'example'],
    ndots: 2,
    timeout: 3 * SECOND,
    attempts: 4,
    rotate: true,
    edns0: true,
    useTcp: true,
    pairing: 'single-request',
    noAaaa: true,
    noTldQuery: true,
  });
  expect(parseResolvConf(formatResolvConf(conf)).conf).toEqual(conf);
});

it('caps ndots at 15, timeout at 30 and attempts at 5', () => {
  const { conf, faults } = read('options ndots:99 timeout:99 attempts:99');
  expect([conf.ndots, conf.timeout, conf.attempts]).toEqual([15, 30 * SECOND, 5]);
  expect(faults).toEqual([]);
});

it.each([
  [' nameserver 192.0.2.1', 1, /beginning of its line/],
  ['nameserver', 11, /nothing stands behind nameserver/],
  ['nameserver resolver.example', 12, /no IP address/],
  ['namserver 192.0.2.1', 1, /no keyword/],
  ['options ndots:many', 9, /whole number/],
  ['options ndots', 9, /whole number/],
  ['options fast', 9, /no option/],
  ['search a..b', 8, /no name/],
  ['sortlist 192.0.2.0', 1, /not implemented/],
])('tells of %j', (line, column, message) => {
  const { conf, faults } = read(`\n${line}\nsearch good.example\n`);
  expect(faults).toMatchObject([{ line: 2, column, message: expect.stringMatching(message) }]);
  expect(conf).toEqual({ ...DEFAULT_RESOLV_CONF, search: ['good.example'] });
});

it('asks three servers at most', () => {
  const { conf, faults } = read([1, 2, 3, 4].map((n) => `nameserver 192.0.2.${n}`).join('\n'));
  expect(conf.servers).toHaveLength(3);
  expect(faults).toMatchObject([{ line: 4 }]);
});
