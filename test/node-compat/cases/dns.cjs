// Names: what needs no server beyond the hosts file, and what is refused.
'use strict';
const dns = require('node:dns');
const { assert, cases } = require('./case.cjs');

const lookup = (...args) =>
  new Promise((done) => dns.lookup(...args, (error, address, family) => done({ error, address, family })));

cases('dns', (add) => {
  add('an address is its own', async () => {
    assert.deepStrictEqual(await lookup('192.0.2.7'), { error: null, address: '192.0.2.7', family: 4 });
    assert.deepStrictEqual(await lookup('2001:db8::7'), { error: null, address: '2001:db8::7', family: 6 });
  });
  add('all of an address', async () => {
    const { address } = await lookup('192.0.2.7', { all: true });
    assert.deepStrictEqual(address, [{ address: '192.0.2.7', family: 4 }]);
  });
  add('localhost, family 4', async () => {
    assert.deepStrictEqual(await lookup('localhost', 4), { error: null, address: '127.0.0.1', family: 4 });
    assert.deepStrictEqual(await lookup('localhost', { family: 'IPv4' }), {
      error: null,
      address: '127.0.0.1',
      family: 4,
    });
  });
  for (const name of ['', undefined, null, false]) {
    add(`an empty name (${JSON.stringify(name)})`, async (t) => {
      const error = t.thrown(() => dns.lookup(name, () => {}));
      assert.deepStrictEqual([error.code, error.name], ['ERR_INVALID_ARG_VALUE', 'TypeError']);
    });
  }
  add('promises give objects', async () => {
    assert.deepStrictEqual(
      { ...(await dns.promises.lookup('192.0.2.7')) },
      { address: '192.0.2.7', family: 4 },
    );
    assert.deepStrictEqual(await dns.promises.lookup('192.0.2.7', { all: true }), [
      { address: '192.0.2.7', family: 4 },
    ]);
  });
  add('the answer never comes at once', async (t) => {
    await new Promise((done) => {
      dns.lookup('192.0.2.7', () => (t.log('answer'), done()));
      t.log('asked');
    });
    assert.deepStrictEqual(t.seen(), ['asked', 'answer']);
  });
  for (const name of [5, {}, [], true]) {
    add(`a name of ${JSON.stringify(name)} is refused`, async (t) => {
      const error = t.thrown(() => dns.lookup(name, () => {}));
      assert.deepStrictEqual([error.code, error.name], ['ERR_INVALID_ARG_TYPE', 'TypeError']);
    });
  }
  add('no callback', async (t) => {
    const error = t.thrown(() => dns.lookup('a.example'));
    assert.strictEqual(error.code, 'ERR_INVALID_ARG_TYPE');
  });
  for (const family of [20, 'IPv5', -1]) {
    add(`family ${family} is refused`, async (t) => {
      assert.strictEqual(
        t.thrown(() => dns.lookup('a.example', family, () => {})).code,
        typeof family === 'string' ? 'ERR_INVALID_ARG_TYPE' : 'ERR_INVALID_ARG_VALUE',
      );
    });
  }
  add('hints that are none', async (t) => {
    assert.strictEqual(
      t.thrown(() => dns.lookup('a.example', { hints: 100 }, () => {})).code,
      'ERR_INVALID_ARG_VALUE',
    );
  });
  add('resolve of a type that is none', async (t) => {
    const error = t.thrown(() => dns.resolve('a.example', 'HUGO', () => {}));
    assert.strictEqual(error.code, 'ERR_INVALID_ARG_VALUE');
    assert.match(error.message, /The argument 'rrtype' is invalid\. Received 'HUGO'/);
  });
  add('resolve of no text', async (t) => {
    const error = t.thrown(() => dns.resolve4(5, () => {}));
    assert.deepStrictEqual(
      [error.code, error.message],
      ['ERR_INVALID_ARG_TYPE', 'The "name" argument must be of type string. Received type number (5)'],
    );
  });
  add('servers: set, get, refuse', async (t) => {
    const resolver = new dns.Resolver();
    resolver.setServers(['192.0.2.53', '192.0.2.54:5353', '[2001:db8::53]:54', '192.0.2.55:53']);
    assert.deepStrictEqual(resolver.getServers(), [
      '192.0.2.53',
      '192.0.2.54:5353',
      '[2001:db8::53]:54',
      '192.0.2.55',
    ]);
    const error = t.thrown(() => resolver.setServers(['not an address']));
    assert.deepStrictEqual(
      [error.code, error.message],
      ['ERR_INVALID_IP_ADDRESS', 'Invalid IP address: not an address'],
    );
  });
  add('the default order', () => {
    assert.strictEqual(dns.getDefaultResultOrder(), 'verbatim');
    dns.setDefaultResultOrder('ipv4first');
    assert.strictEqual(dns.getDefaultResultOrder(), 'ipv4first');
    dns.setDefaultResultOrder('verbatim');
    return Promise.resolve();
  });
  add('reverse of what is no address', async (t) => {
    const error = t.thrown(() => dns.reverse('a.example', () => {}));
    assert.deepStrictEqual([error.code, error.syscall], ['EINVAL', 'getHostByAddr']);
  });
  add('lookupService of what is no address', async (t) => {
    const error = t.thrown(() => dns.lookupService('a.example', 80, () => {}));
    assert.strictEqual(error.code, 'ERR_INVALID_ARG_VALUE');
  });
  add('lookupService of a port that is none', async (t) => {
    assert.strictEqual(
      t.thrown(() => dns.lookupService('127.0.0.1', 65_536, () => {})).code,
      'ERR_SOCKET_BAD_PORT',
    );
  });
  add('a resolver that asks nobody: ECONNREFUSED', async (t) => {
    const resolver = new dns.promises.Resolver({ timeout: 100, tries: 1 });
    resolver.setServers(['127.0.0.1:9']);
    const error = await t.rejected(resolver.resolve4('a.example'));
    assert.deepStrictEqual(
      [error.code, error.syscall, error.hostname, error.message],
      ['ECONNREFUSED', 'queryA', 'a.example', 'queryA ECONNREFUSED a.example'],
    );
  });
  add('cancel: ECANCELLED', async (t) => {
    const dgram = require('node:dgram');
    const deaf = dgram.createSocket('udp4');
    deaf.bind(0, '127.0.0.1');
    await t.event(deaf, 'listening');
    t.after(() => deaf.close());
    const resolver = new dns.promises.Resolver();
    resolver.setServers([`127.0.0.1:${deaf.address().port}`]);
    const asked = t.rejected(resolver.resolve4('a.example'));
    await t.sleep(10);
    resolver.cancel();
    assert.strictEqual((await asked).code, 'ECANCELLED');
  });
  add('a deaf server: ETIMEOUT', async (t) => {
    const dgram = require('node:dgram');
    const deaf = dgram.createSocket('udp4');
    deaf.bind(0, '127.0.0.1');
    await t.event(deaf, 'listening');
    t.after(() => deaf.close());
    const resolver = new dns.promises.Resolver({ timeout: 50, tries: 2 });
    resolver.setServers([`127.0.0.1:${deaf.address().port}`]);
    let count = 0;
    deaf.on('message', () => count++);
    const error = await t.rejected(resolver.resolve4('a.example'));
    assert.deepStrictEqual([error.code, error.message, count], ['ETIMEOUT', 'queryA ETIMEOUT a.example', 2]);
  });
  add('codes', () => {
    assert.deepStrictEqual(
      [dns.NOTFOUND, dns.NODATA, dns.SERVFAIL, dns.TIMEOUT],
      ['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'ETIMEOUT'],
    );
    assert.strictEqual(dns.ADDRCONFIG | dns.V4MAPPED | dns.ALL, 0x38);
    return Promise.resolve();
  });
  add('a handle that tells no servers', async () => {
    const resolver = new dns.Resolver();
    resolver._handle.getServers = () => undefined;
    assert.deepStrictEqual(resolver.getServers(), []);
  });
});
