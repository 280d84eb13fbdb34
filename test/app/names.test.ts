/** Names in programs: getaddrinfo on a host, editing its files, browsers that race addresses and remember names. */
import { describe, expect, it } from 'vitest';
import { Browser, parseHttpUrl, visit } from '../../src/engine/app/fetch-client.ts';
import { runNameServer } from '../../src/engine/app/nameserver.ts';
import { SystemResolver } from '../../src/engine/app/system-resolver.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { formatIp, parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { TableReader } from '../../src/engine/inspect/tables.ts';
import { HOSTS_PATH, RESOLV_CONF_PATH } from '../../src/engine/net/host-files.ts';
import { Network } from '../../src/engine/net/network.ts';
import { livingRows } from '../../src/engine/proto/dns/cache.ts';
import type { Task } from '../../src/engine/sim/task.ts';
import { World } from '../../src/engine/sim/world.ts';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { dataText } from '../../src/engine/wire/dns/text.ts';
import { type SmallWeb, type SmallWebOptions, smallWeb } from './small-web.ts';

const NAME = 'chaicart.example';
const A = `${NAME}. 300 A 203.0.113.80`;
const AAAA = `${NAME}. 300 AAAA 2001:db8:2::80`;
const both = { records: [A, AAAA], serves: ['203.0.113.80', '2001:db8:2::80'] };
/** Nobody is at the address: the SYN is lost without a word. */
const DARK = { ...both, serves: ['203.0.113.80'] };

/** Runs a task to its end and not on; its result, or the code of its error. */
function run<T>({ world, laptop }: Pick<SmallWeb, 'world' | 'laptop'>, task: Task<T>): T | string {
  const running = laptop.run('test', task);
  for (let i = 0; running.state === 'running' && i < 100_000; i++)
    world.kernel.run({ until: world.now + 1000 * SECOND, maxEvents: 1 });
  if (running.state === 'failed') return (running.error as Error & { code: string }).code;
  expect(running.state).toBe('done');
  return running.result as T;
}

/** Lets time pass. */
function pass({ world }: Pick<SmallWeb, 'world'>, duration: number): void {
  world.kernel.run({ until: world.now + duration, maxEvents: 100_000 });
}

describe('getaddrinfo', () => {
  const texts = (found: unknown) => (Array.isArray(found) ? found.map(formatIp) : found);

  it('asks for the families that the host has, and sorts as RFC 6724', () => {
    const dual = smallWeb(both);
    expect(texts(run(dual, dual.system.lookup(NAME)))).toEqual(['2001:db8:2::80', '203.0.113.80']);
    expect(dual.asked.map((line) => line.split(' ')[1])).toEqual(['A', 'AAAA']);
    const four = smallWeb({ ...both, ipv6: false, serves: [] });
    expect(texts(run(four, four.system.lookup(NAME)))).toEqual(['203.0.113.80']);
    expect(four.asked).toHaveLength(1);
    expect(run(four, four.system.lookup(NAME, { family: 6 }))).toBe('ENOTFOUND');
    // IPv4 comes first: there is no way to the other
    expect(texts(run(four, four.system.lookup(NAME, { onlyUsable: false })))).toEqual([
      '203.0.113.80',
      '2001:db8:2::80',
    ]);
  });

  it('leaves the order of IPv4 addresses elsewhere to who answered, so that turns stay turns', () => {
    for (const turn of [
      ['198.51.100.80', '203.0.113.80'],
      ['203.0.113.80', '198.51.100.80'],
    ]) {
      const web = smallWeb({ records: turn.map((address) => `${NAME}. 300 A ${address}`), ipv6: false });
      expect(texts(run(web, web.system.lookup(NAME)))).toEqual(turn);
    }
  });

  it('has the errors of Node', () => {
    const web = smallWeb({ records: [A, 'text.example. 60 TXT "hello"'] });
    expect(run(web, web.system.lookup('nobody.example'))).toBe('ENOTFOUND');
    expect(run(web, web.system.lookup('text.example'))).toBe('ENODATA');
    expect(run(web, web.system.lookup('203.0.113.7'))).toEqual([parseIp('203.0.113.7')]);
    const mute = smallWeb({ records: [], late: { A: -1, AAAA: -1 }, timeout: SECOND, attempts: 1 });
    expect(run(mute, mute.system.lookup(NAME))).toBe('EAI_AGAIN');
  });

  it('goes by the files of the host, as they are when it is asked', () => {
    const web = smallWeb({
      records: [A, 'pay.chaicart.example. 60 A 203.0.113.90'],
      resolvConf: 'nameserver 198.51.100.53\n',
    });
    expect(run(web, web.system.lookup('pay'))).toBe('ENOTFOUND');
    web.laptop.files.write(RESOLV_CONF_PATH, 'nameserver 198.51.100.53\nsearch chaicart.example\n');
    expect(texts(run(web, web.system.lookup('pay', { family: 4 })))).toEqual(['203.0.113.90']);
    web.laptop.files.write(HOSTS_PATH, '192.0.2.66 pay.example pay\n');
    const found = run(web, web.system.addresses('pay', { family: 4 }));
    expect(found).toMatchObject({ canonicalName: 'pay.example', addresses: [parseIp('192.0.2.66')] });
    expect(run(web, web.system.nameOf(parseIp('192.0.2.66')))).toBe('pay.example');
    expect(web.details('hosts.write')).toHaveLength(1);
  });

  it('a query goes past the hosts file', () => {
    const web = smallWeb({
      records: [A, '80.113.0.203.in-addr.arpa. 60 PTR chaicart.example.'],
      hosts: `192.0.2.66 ${NAME}\n`,
    });
    const records = run(web, web.system.query(NAME, TYPE.A));
    expect((records as never[]).map(dataText)).toEqual(['203.0.113.80']);
    expect(run(web, web.system.query(NAME, TYPE.MX))).toBe('ENODATA');
    expect(run(web, web.system.nameOf(parseIp('203.0.113.80')))).toBe(NAME);
  });

  it('forgets at a restart', () => {
    const web = smallWeb(both);
    run(web, web.system.lookup(NAME));
    expect(web.system.stub.cache.rows(web.world.now)).toHaveLength(2);
    web.laptop.crash();
    pass(web, 1);
    expect(web.system.stub.cache.rows(web.world.now)).toHaveLength(0);
  });
});

describe('servers on the network', () => {
  it('an answer that does not fit a datagram is fetched over TCP', () => {
    const world = new World({ seed: 5 });
    const network = new Network(world);
    const laptop = network.host('laptop');
    const server = network.host('server');
    network.link([laptop, 'eth0', '192.0.2.10/24'], [server, 'eth0', '192.0.2.53/24'], {
      delay: MILLISECOND,
    });
    const many = Array.from(
      { length: 40 },
      (_, i) => ['many.example.', 300, 'A', `203.0.113.${i + 1}`] as const,
    );
    const records = [
      ['example.', 300, 'SOA', 'ns.example. h.example. 1 1 1 1 1'] as const,
      ['example.', 300, 'NS', 'ns.example.'] as const,
      ['ns.example.', 300, 'A', '192.0.2.53'] as const,
    ];
    runNameServer(server, [{ origin: 'example.', records: [...records, ...many] }]);
    const system = new SystemResolver(laptop, { servers: [parseIp('192.0.2.53')] });
    const found = run({ world, laptop }, system.lookup('many.example'));
    expect(found).toHaveLength(40);
    const asked = [...world.trace.events(['dns.stub.ask'])].map(
      ({ detail }) => detail!['transport'] ?? 'udp',
    );
    expect(asked).toEqual(['udp', 'tcp']);
    pass({ world }, 300 * SECOND);
    expect(laptop.tcp.sockets()).toEqual([]);
  });

  it('one where nobody listens says so, and the next is asked at once', () => {
    const web = smallWeb({ ...both, servers: [parseIp('192.0.2.1'), parseIp('198.51.100.53')] });
    expect(run(web, web.system.lookup(NAME))).toHaveLength(2);
    expect(web.details('dns.stub.useless')[0]).toMatchObject({ reason: '192.0.2.1: refused' });
    expect(web.world.now).toBeLessThan(100 * MILLISECOND);
  });

  it('one that cannot be reached at all is passed over', () => {
    const web = smallWeb({
      ...both,
      ipv6: false,
      servers: [parseIp('2001:db8::53'), parseIp('198.51.100.53')],
    });
    expect(run(web, web.system.lookup(NAME))).toHaveLength(1);
    expect(web.details('dns.stub.useless')).toMatchObject([{ reason: '2001:db8::53: unreachable' }]);
  });
});

describe('a browser with two families', () => {
  const load = (options: SmallWebOptions, how: Parameters<typeof visit>[3] = {}) => {
    const web = smallWeb(options);
    run(web, visit(web.laptop, web.system, `http://${NAME}/`, how));
    return web;
  };

  it('asks AAAA, then A, and goes by IPv6 without waiting for A', () => {
    const web = load({ ...both, late: { A: SECOND } });
    expect(web.asked.map((line) => line.split(' ')[1])).toEqual(['AAAA', 'A']);
    expect(web.details('fetch.name')).toMatchObject([{ address: '2001:db8:2::80' }]);
    expect(web.at('fetch.loaded')).toBeLessThan(500);
    expect(web.details('eyeballs.win')).toMatchObject([{ address: '2001:db8:2::80', reason: 'it answered' }]);
  });

  it('gives IPv6 50 ms when A comes first', () => {
    const web = load({ ...both, late: { AAAA: 10 * SECOND } });
    expect(web.at('eyeballs.attempt') - web.at('eyeballs.wait')).toBe(50);
    expect(web.details('fetch.connect')[0]).toMatchObject({ to: '203.0.113.80:80' });
  });

  it('an IPv6 address where nobody is costs 250 ms, and leaves no connection behind', () => {
    const web = load(DARK);
    const tries = [...web.world.trace.events(['eyeballs.attempt'])].map(({ time }) => time / MILLISECOND);
    expect(tries[1]! - tries[0]!).toBe(250);
    expect(web.details('eyeballs.win')).toMatchObject([
      { address: '203.0.113.80', cancelled: '2001:db8:2::80' },
    ]);
    expect(web.at('fetch.loaded')).toBeLessThan(500);
    pass(web, 300 * SECOND);
    expect(web.laptop.tcp.sockets()).toEqual([]);
  });

  it('taken one by one, it costs all the patience of TCP, or what ICMP says', () => {
    const web = load(DARK, { connect: 'one-by-one' });
    expect(web.asked.map((line) => line.split(' ')[1])).toEqual(['A', 'AAAA']);
    expect(web.at('fetch.loaded')).toBeGreaterThan(3000);
    expect(web.details('eyeballs.failed')).toMatchObject([{ address: '2001:db8:2::80' }]);
    expect(web.details('eyeballs.attempt')).toHaveLength(2);
  });

  it('fails with what failed last', () => {
    const web = load({ ...both, serves: [] });
    expect(web.details('fetch.failed')).toHaveLength(1);
    pass(web, 300 * SECOND);
    expect(web.laptop.tcp.sockets()).toEqual([]);
    const none = load({ records: [] });
    expect(none.details('fetch.failed')).toMatchObject([{ code: 'ENOTFOUND' }]);
    expect(none.details('fetch.name')).toMatchObject([{ address: null, code: 'ENOTFOUND' }]);
  });

  it('follows the alias of an HTTPS record when it asks for one', () => {
    const records = [`${NAME}. 300 HTTPS 0 shop.example.`, 'shop.example. 300 A 203.0.113.80'];
    const web = load({ records, serves: ['203.0.113.80'] }, { https: true });
    expect(web.details('fetch.alias')).toMatchObject([{ name: NAME, target: 'shop.example.' }]);
    expect(web.details('fetch.loaded')).toHaveLength(1);
    const unasked = load({ records, serves: ['203.0.113.80'] });
    expect(unasked.details('fetch.failed')).toMatchObject([{ code: 'ENODATA' }]);
    const plain = load(both, { https: true });
    expect(plain.details('fetch.loaded')).toHaveLength(1);
  });

  it('an HTTPS alias that leads in a circle, or to nobody, is as if it were not there', () => {
    const circle = `${NAME}. 300 HTTPS 0 ${NAME}.`;
    const web = load({ records: [circle, A], serves: ['203.0.113.80'] }, { https: true });
    expect(web.details('fetch.alias')).toHaveLength(9);
    expect(web.details('fetch.loaded')).toHaveLength(1);
    expect(load({ records: [circle] }, { https: true }).details('fetch.failed')).toHaveLength(1);
    const astray = [`${NAME}. 300 HTTPS 0 nobody.example.`, A];
    const back = load({ records: astray, serves: ['203.0.113.80'] }, { https: true });
    expect(back.details('fetch.fallback')).toMatchObject([{ name: NAME, code: 'ENOTFOUND' }]);
    expect(back.details('fetch.loaded')).toHaveLength(1);
  });
});

describe('a browser that remembers', () => {
  it('asks nobody within a minute, whatever the TTL, and everybody after', () => {
    const web = smallWeb({
      records: [`${NAME}. 5 A 203.0.113.80`],
      serves: ['203.0.113.80'],
      caching: false,
      ipv6: false,
    });
    const browser = new Browser(web.laptop, web.system, { cache: true });
    run(web, browser.visit(`http://${NAME}/`));
    expect(web.asked).toHaveLength(1);
    run(web, browser.visit(`http://${NAME}/`));
    expect(web.asked).toHaveLength(1);
    const rows = browser.cache!.rows(web.world.now);
    expect(rows).toMatchObject([{ cache: 'browser', name: `${NAME}.`, type: 'A', ttl: 60 }]);
    const tables = new TableReader(web.world.trace);
    const replayed = livingRows(tables.rows('dns', 'laptop', web.world.now).values(), web.world.now);
    expect(replayed).toEqual(web.laptop.programTables.get('dns')!());
    browser.close();
    run(web, browser.visit(`http://${NAME}/`));
    expect(web.asked).toHaveLength(2);
    pass(web, 61 * SECOND);
    run(web, browser.visit(`http://${NAME}/`));
    expect(web.asked).toHaveLength(3);
  });

  it('keeps no failure, and not what the hosts file says', () => {
    const web = smallWeb({ records: [], serves: ['203.0.113.80'], caching: false, ipv6: false });
    const browser = new Browser(web.laptop, web.system, { cache: { minTtl: 1 } });
    run(web, browser.visit(`http://${NAME}/`));
    web.laptop.files.write(HOSTS_PATH, `203.0.113.80 ${NAME}\n`);
    run(web, browser.visit(`http://${NAME}/`));
    expect(web.details('fetch.loaded')).toHaveLength(1);
    expect(browser.cache!.rows(web.world.now)).toEqual([]);
  });
});

it('reads addresses of pages', () => {
  expect(parseHttpUrl('http://[2001:db8::80]:8080/x')).toEqual({
    host: '2001:db8::80',
    port: 8080,
    path: '/x',
  });
  expect(parseHttpUrl('http://chaicart.example')).toEqual({ host: NAME, port: 80, path: '/' });
  for (const text of ['http://[2001:db8::80', 'http://[1.2.3.4]/', 'ftp://a/', 'http://a:99999/'])
    expect(() => parseHttpUrl(text), text).toThrow(Malformed);
});
