// node:dns in the simulation, beside the real Node where both can be asked the same.
import { expect, test } from 'vitest';
import { runNameServer } from '../../src/engine/app/nameserver.ts';
import { expectSame } from './beside-node.ts';
import { runProgram } from './run-program.ts';

test('arguments that will not do are refused in Node’s words, in both forms', async () => {
  await expectSame(`
    const dns = require('node:dns');
    const tell = (act) => { try { console.log(act()); } catch (error) { console.log(error.name, error.code, error.message); } };
    const r = new dns.Resolver();
    for (const servers of ['x', [1], ['x'], ['1.2.3.4:99999'], ['[::1'], ['1.2.3.4:'], ['[::1]:70000'], []]) tell(() => r.setServers(servers));
    r.setServers(['1.2.3.4:53', '1.2.3.4', '[::1]:5353', '::1', '[2001:db8::1]', '[2001:DB8:0::2]:53', '1.2.3.4:0']);
    console.log(r.getServers());
    for (const options of [{ timeout: -2 }, { timeout: '1' }, { tries: 0 }, { maxTimeout: -1 }, { tries: 1.5 }, null, 5, {}])
      tell(() => new dns.Resolver(options) instanceof dns.Resolver);
    for (const args of [['x'], ['127.0.0.1', 'x'], ['127.0.0.1', '127.0.0.1'], ['::1', '::1'], ['::1', '127.0.0.1'], [5], []]) tell(() => r.setLocalAddress(...args));
    tell(() => r.resolve4(5)); tell(() => r.resolve4('a')); tell(() => r.resolve('a', 'XX', () => {})); tell(() => r.resolve('a', 5, () => {}));
    tell(() => dns.promises.resolve('x', 'QQ')); tell(() => dns.promises.resolve('x', 5)); tell(() => dns.promises.resolve4(5));
    tell(() => dns.setDefaultResultOrder('x')); tell(() => dns.getDefaultResultOrder());
    tell(() => dns.lookupService('127.0.0.1', 0)); tell(() => dns.lookupService('x', 0, () => {})); tell(() => dns.lookupService('::1', 'x', () => {}));
    tell(() => dns.promises.lookupService('x')); tell(() => dns.promises.lookupService('x', 1)); tell(() => dns.reverse('x', () => {}));
    for (const args of [[], [5], ['', () => {}], [null, () => {}], ['a\\0', () => {}], ['x'], ['x', {}], ['x', 'y'], ['x', { family: 5 }, () => {}], ['x', { family: 'IPv5' }, () => {}], ['x', { all: 1 }, () => {}], ['x', { order: 'q' }, () => {}], ['x', { verbatim: 1 }, () => {}], ['x', { hints: '1' }, () => {}], ['x', { hints: 1 }, () => {}], ['x', true, () => {}], ['x', 7, () => {}]])
      tell(() => dns.lookup(...args));
    for (const args of [[5], ['x', { family: 7 }], ['x', { family: 'IPv4' }], ['x', true], ['x', { all: 1 }]]) tell(() => dns.promises.lookup(...args));
    dns.promises.lookup('').catch((error) => console.log(error.message));
    console.log(Object.keys(dns), Object.keys(dns.promises), dns.resolve4.name, dns.lookup.name, new dns.Resolver());
  `);
});

test('addresses as text are answered as they are, in the next tick', async () => {
  await expectSame(`
    const dns = require('node:dns');
    const { promisify } = require('node:util');
    dns.lookup('192.0.2.1', (...args) => console.log(args));
    dns.lookup('2001:DB8::1', { all: true }, (...args) => console.log(args));
    dns.lookup('127.1', 4, (...args) => console.log(args));
    process.nextTick(() => console.log('tick'));
    promisify(dns.lookup)('::1').then(console.log);
    dns.promises.lookup('192.0.2.1', { all: true }).then(console.log);
    promisify(dns.lookupService)('127.0.0.1', 22).then((found) => console.log(Object.keys(found), found.service));
  `);
});

test('lookup reads the hosts file, in the order asked for', async () => {
  const { stdout, stderr } = await runProgram(`
    const dns = require('node:dns');
    const say = (label) => (error, ...values) => console.log(label, error ? error.message : JSON.stringify(values));
    dns.lookup('localhost', { all: true }, say('verbatim'));
    dns.lookup('localhost', { all: true, order: 'ipv4first' }, say('ipv4first'));
    dns.lookup('localhost', { family: 'IPv4' }, say('IPv4'));
    dns.lookup('server.example', say('server'));
    dns.lookup('server.example', 6, say('server 6'));
    dns.lookup('server.example', { family: 6, hints: dns.V4MAPPED }, say('mapped'));
    dns.lookup('server.example', { family: 6, hints: dns.V4MAPPED | dns.ALL, all: true }, say('mapped all'));
    dns.setDefaultResultOrder('ipv4first');
    dns.lookup('localhost', say('default'));
    dns.lookupService('192.0.2.2', 80, say('service'));
  `);
  expect(stderr).toBe('');
  expect(stdout.split('\n').sort().join('\n').trim()).toBe(
    [
      'IPv4 ["127.0.0.1",4]',
      'default ["127.0.0.1",4]',
      'ipv4first [[{"address":"127.0.0.1","family":4},{"address":"::1","family":6}]]',
      'mapped ["::ffff:192.0.2.2",6]',
      'mapped all [[{"address":"::ffff:192.0.2.2","family":6}]]',
      // the file has no such address, and no resolver can be asked
      'server 6 getaddrinfo EAI_AGAIN server.example',
      'server ["192.0.2.2",4]',
      'service ["server.example","http"]',
      'verbatim [[{"address":"::1","family":6},{"address":"127.0.0.1","family":4}]]',
    ].join('\n'),
  );
});

/** Times were measured on the real Node with a socket that never answers: whole seconds, because c-ares is woken so. */
test('a resolver that nobody answers waits as c-ares does', async () => {
  const run = (options: string, servers: string) =>
    runProgram(
      `
      const dns = require('node:dns');
      const began = process.hrtime.bigint();
      const resolver = new dns.Resolver(${options});
      resolver.setServers(${servers});
      resolver.resolve4('chai.example', (error) => console.log(error.message, Number((process.hrtime.bigint() - began) / 1000000n)));
    `,
      { prepare: (_world, _network, server) => void server.udp.bind(53) },
    );
  const asked = async (options: string, servers = "['192.0.2.2']") => {
    const { world, stdout } = await run(options, servers);
    const times: number[] = [];
    for (const event of world.trace.events())
      if (event.kind === 'dns.stub.ask') times.push(Math.round(event.time / 1e6));
    return { times, stdout };
  };
  expect(await asked('{ timeout: 500, tries: 1 }')).toEqual({
    times: [0],
    stdout: 'queryA ETIMEOUT chai.example 1000\n',
  });
  expect((await asked('{ timeout: 300, tries: 2 }')).times).toEqual([0, 600]);
  expect((await asked('{ timeout: 200, tries: 2 }')).times).toEqual([0, 400]);
  expect((await asked('{ timeout: 1500, tries: 2 }')).times).toEqual([0, 2000]);
  const { times } = await asked('undefined');
  expect(times.slice(0, 2)).toEqual([0, 3000]);
  expect(times.length).toBe(4);
  // the first round has no chance in it, and every server has its turn
  const two = await asked('{ timeout: 1000 }', "['192.0.2.2', '192.0.2.2:54']");
  expect(two.times.slice(0, 2)).toEqual([0, 2000]);
});

test('what cannot be got is said as on Node: refused, cancelled, and a server that fails', async () => {
  const { stdout } = await runProgram(
    `
    const { Resolver, promises } = require('node:dns');
    const say = (label) => (error, value) => console.log(label, error ? [error.message, error.code, error.errno].join() : value);
    const of = (server) => { const r = new Resolver(); r.setServers([server]); return r; };
    of('192.0.2.2:54').resolve4('chai.example', say('refused'));
    of('192.0.2.2').resolve4('chai.example', say('fails'));
    const cancelled = of('192.0.2.2');
    cancelled.resolveTxt('chai.example', say('cancelled'));
    cancelled.cancel();
    const busy = of('192.0.2.2');
    busy.resolve4('chai.example', say('busy'));
    try { busy.setServers(['192.0.2.3']); } catch (error) { console.log(error.code, error.message); }
    of('192.0.2.2').reverse('192.0.2.99', say('reverse'));
    of('192.0.2.2').reverse('192.0.2.2', say('hosts'));
    const none = new Resolver(); none.setServers([]); none.resolve4('chai.example', say('none'));
  `,
    {
      prepare: (_world, _network, server) => void runNameServer(server, [], { faults: ['fails'] }),
    },
  );
  expect(stdout.trim().split('\n').sort()).toEqual([
    'ERR_DNS_SET_SERVERS_FAILED c-ares failed to set servers: "There are pending queries." [[ \'192.0.2.3\' ]]',
    'busy queryA ESERVFAIL chai.example,ESERVFAIL,',
    'cancelled queryTxt ECANCELLED chai.example,ECANCELLED,',
    'fails queryA ESERVFAIL chai.example,ESERVFAIL,',
    'hosts []',
    'none queryA UNKNOWN_ARES_ERROR chai.example,UNKNOWN_ARES_ERROR,',
    'refused queryA ECONNREFUSED chai.example,ECONNREFUSED,',
    'reverse getHostByAddr ENOTFOUND 192.0.2.99,ENOTFOUND,',
  ]);
});

test('what leaves from an address of the machine’s choice leaves from there', async () => {
  const { world, stdout } = await runProgram(
    `
    const { Resolver } = require('node:dns');
    const resolver = new Resolver();
    resolver.setLocalAddress('192.0.2.1');
    resolver.setServers(['192.0.2.2']);
    resolver.resolve4('chai.example', (error, value) => console.log(error ? error.message : value));
    const other = new Resolver({ tries: 1, timeout: 300 });
    other.setLocalAddress('192.0.2.77');
    other.setServers(['192.0.2.2']);
    other.resolve4('chai.example', (error, value) => console.log(error ? error.message : value));
  `,
    {
      prepare: (_world, _network, server) =>
        void runNameServer(server, [
          {
            origin: 'chai.example.',
            text: '$TTL 60\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 192.0.2.2\n@ A 192.0.2.80\n',
          },
        ]),
    },
  );
  expect(stdout.split('\n').sort().join('\n').trim()).toBe(
    "[ '192.0.2.80' ]\nqueryA ECONNREFUSED chai.example",
  );
  expect(world.trace.length).toBeGreaterThan(0);
});

test('a name beyond ASCII is asked for as DNS knows it, and told as it was written', async () => {
  const { stdout, world } = await runProgram(`
    const dns = require('node:dns');
    dns.setServers(['192.0.2.2']);
    dns.lookup('münchen.example', (error) => console.log(error.message));
    dns.resolve4('köln.example', (error) => console.log(error.message));
  `);
  expect(stdout.trim().split('\n').sort()).toEqual([
    'getaddrinfo EAI_AGAIN münchen.example',
    'queryA ECONNREFUSED köln.example',
  ]);
  const asked = [...world.trace.events(['dns.stub.ask'])].map(({ detail }) => detail!['name']);
  expect(new Set(asked)).toEqual(new Set(['xn--mnchen-3ya.example.', 'xn--kln-sna.example.']));
});
