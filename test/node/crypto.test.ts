// node:crypto and Web Crypto print in the simulation what they print on Node.
import { expect, test } from 'vitest';
import { digestNames } from '../../src/engine/node/web/digests.ts';
import { expectSame } from './beside-node.ts';
import { runProgram } from './run-program.ts';

const TRY = `
  const crypto = require('node:crypto');
  process.removeAllListeners('warning');
  const attempt = (name, run) => {
    try {
      const value = run();
      console.log(name, value);
    } catch (error) {
      console.log(name, error.name, error.code, error.message);
    }
  };
`;

test('every hash and every HMAC that is here gives the bytes of OpenSSL', async () => {
  const printed = await expectSame(`${TRY}
    for (const name of ${JSON.stringify(digestNames())}) {
      const long = Buffer.alloc(1000, 'roundtrip');
      const output = name.startsWith('shake') ? { outputLength: 40 } : undefined;
      console.log(name, crypto.createHash(name, output).update('abc').digest('hex'), crypto.createHash(name, output).update(long).update('').digest('base64'));
      if (!name.startsWith('shake')) console.log(crypto.createHmac(name, 'key').update('abc').digest('hex'), crypto.createHmac(name, Buffer.alloc(300, 7)).update(long).digest('base64'));
    }
  `);
  expect(printed.split('\n').length).toBeGreaterThan(100);
});

test('hashes in pieces, copied, as streams, and once too often', async () => {
  await expectSame(`${TRY}
    const hash = crypto.createHash('sha256');
    hash.update('a').update('YmM=', 'base64').update(new Uint8Array([100]));
    console.log(hash.copy().digest('hex'), hash.digest().length);
    attempt('again', () => hash.digest());
    attempt('update', () => hash.update('x'));
    attempt('copy', () => hash.copy());
    attempt('unknown', () => crypto.createHash('nope'));
    attempt('nothing', () => crypto.createHash());
    attempt('number', () => crypto.createHash('md5').update(1));
    attempt('length', () => crypto.createHash('sha256', { outputLength: 5 }));
    attempt('hmac', () => crypto.createHmac('nope', 'k'));
    attempt('hmac', () => crypto.createHmac('md5'));
    attempt('hmac', () => crypto.createHmac('sha1', 3));
    attempt('hmac', () => { const h = crypto.createHmac('md5', 'k'); h.digest(); return h.digest('hex'); });
    attempt('hash', () => crypto.hash('sha1', 'abc'));
    attempt('hash', () => crypto.hash('sha1', 'abc', 'base64'));
    attempt('hash', () => crypto.hash('md5'));
    const piped = crypto.createHash('sha1');
    piped.on('readable', () => { const data = piped.read(); if (data) console.log(data.toString('hex')); });
    piped.write('some data');
    piped.end();
  `);
});

test('keys from passwords', async () => {
  await expectSame(`${TRY}
    console.log(crypto.pbkdf2Sync('password', 'salt', 10, 40, 'sha512').toString('hex'));
    attempt('no bytes', () => crypto.pbkdf2Sync('p', 's', 1, 0, 'sha1'));
    console.log(Buffer.from(crypto.hkdfSync('sha256', 'key', 'salt', 'info', 50)).toString('hex'), crypto.hkdfSync('sha1', 'k', '', '', 3));
    console.log(crypto.scryptSync('password', 'salt', 32, { N: 1024 }).toString('hex'), crypto.scryptSync('', '', 8, { cost: 16, blockSize: 1 }).toString('hex'));
    attempt('digest', () => crypto.pbkdf2Sync('p', 's', 1, 10, 'nope'));
    attempt('rounds', () => crypto.pbkdf2Sync('p', 's', 0, 10, 'sha1'));
    attempt('no digest', () => crypto.pbkdf2Sync('p', 's', 1, 10));
    attempt('no callback', () => crypto.pbkdf2('p', 's', 1, 10, 'sha1'));
    attempt('N', () => crypto.scryptSync('p', 's', 10, { N: 3 }));
    attempt('memory', () => crypto.scryptSync('p', 's', 10, { N: 2 ** 20 }));
    attempt('hkdf', () => crypto.hkdfSync('nope', 'k', 's', 'i', 3));
    attempt('hkdf', () => crypto.hkdfSync('sha256', 'k', 's', 'i', 1e6));
    crypto.pbkdf2('password', 'salt', 2, 8, 'sha256', (error, key) => {
      console.log(error, key.toString('hex'));
      crypto.scrypt('p', 's', 8, { N: 16 }, (error, key) => {
        console.log(error, key.toString('hex'));
        crypto.hkdf('sha256', 'k', 's', 'i', 4, (error, key) => console.log(error, key));
      });
    });
    console.log('first');
  `);
});

test('chance has the shapes of chance, and its errors', async () => {
  await expectSame(`${TRY}
    console.log(crypto.randomBytes(10).length, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(crypto.randomUUID()), crypto.randomUUIDv7()[14]);
    const drawn = Array.from({ length: 1000 }, () => crypto.randomInt(3, 6));
    console.log([...new Set(drawn)].sort(), crypto.randomInt(1), crypto.randomFillSync(Buffer.alloc(8), 2, 3).subarray(0, 2), crypto.randomFillSync(Buffer.alloc(8), 2, 3).subarray(5));
    console.log(crypto.timingSafeEqual(Buffer.from('a'), new Uint8Array([97])), crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('b')));
    console.log(crypto.getRandomValues(new Uint16Array(3)).length);
    attempt('size', () => crypto.randomBytes('a'));
    attempt('size', () => crypto.randomBytes(-1));
    attempt('int', () => crypto.randomInt());
    attempt('int', () => crypto.randomInt(5, 5));
    attempt('int', () => crypto.randomInt(0, 2 ** 49));
    attempt('equal', () => crypto.timingSafeEqual(Buffer.from('a'), Buffer.from('bb')));
    attempt('equal', () => crypto.timingSafeEqual('a', 'b'));
    attempt('fill', () => crypto.randomFillSync('a'));
    attempt('fill', () => crypto.randomFillSync(Buffer.alloc(4), 5));
    attempt('uuid', () => crypto.randomUUID({ disableEntropyCache: 1 }));
    attempt('values', () => crypto.getRandomValues(new Float32Array(2)));
    attempt('values', () => crypto.getRandomValues(new Uint8Array(65_537)));
    crypto.randomBytes(4, (error, bytes) => console.log(error, bytes.length));
    crypto.randomInt(2, 3, (error, n) => console.log(error, n));
    crypto.randomFill(new Uint8Array(2), (error, bytes) => console.log(error, bytes.length));
  `);
});

test('Web Crypto: digests and HMAC', async () => {
  await expectSame(`
    const { subtle } = crypto;
    console.log(require('node:crypto').webcrypto === crypto, crypto, subtle);
    const hex = (buffer) => Buffer.from(buffer).toString('hex');
    const attempt = async (name, run) => {
      try { console.log(name, await run()); } catch (error) { console.log(name, error.name, error.code, error.message); }
    };
    (async () => {
      for (const name of ['SHA-1', 'sha-256', 'SHA-384', { name: 'SHA-512' }]) console.log(hex(await subtle.digest(name, Buffer.from('abc'))));
      const key = await subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['verify', 'sign']);
      console.log(key.usages, key.algorithm, key.type, key.extractable);
      const signature = await subtle.sign('HMAC', key, Buffer.from('data'));
      console.log(hex(signature), await subtle.verify('HMAC', key, signature, Buffer.from('data')), await subtle.verify('HMAC', key, signature, Buffer.from('datum')));
      console.log(hex(await subtle.exportKey('raw', key)), (await subtle.generateKey({ name: 'HMAC', hash: 'SHA-384' }, false, ['sign'])).algorithm.length);
      const only = await subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: { name: 'SHA-1' } }, false, ['sign']);
      await attempt('verify', () => subtle.verify('HMAC', only, signature, signature));
      await attempt('export', () => subtle.exportKey('raw', only));
      await attempt('digest', () => subtle.digest('nope', new Uint8Array()));
      await attempt('digest', () => subtle.digest('SHA-256'));
      await attempt('digest', () => subtle.digest('SHA-256', 'a'));
      await attempt('import', () => subtle.importKey('raw', new Uint8Array(3), { name: 'HMAC' }, false, ['sign']));
      await attempt('import', () => subtle.importKey('raw', new Uint8Array(3), { name: 'HMAC', hash: 'SHA-256' }, false, []));
      await attempt('import', () => subtle.importKey('raw', new Uint8Array(3), { name: 'HMAC', hash: 'SHA-256' }, false, ['encrypt']));
    })();
  `);
});

test('the same seed draws the same secrets; what is missing says why', async () => {
  const source = `
    const crypto = require('crypto');
    console.log(crypto.randomBytes(16).toString('hex'), crypto.randomUUID(), Math.random(), globalThis === undefined);
    try { crypto.createCipheriv('aes-128-gcm', 'k', 'iv'); } catch (error) { console.log(error.code, error.message); }
    crypto.subtle.encrypt({ name: 'AES-GCM' }).catch((error) => console.log(error.name, error.message));
  `;
  const [one, two] = [await runProgram(source), await runProgram(source)];
  expect(one.stdout).toBe(two.stdout);
  expect(one.stdout).toContain('chapter on TLS');
  expect(one.stdout.match(/chapter on TLS/g)).toHaveLength(2);
});

test('options of UUIDs are checked, and what is not here is refused', async () => {
  await expectSame(`
    const crypto = require('node:crypto');
    for (const make of ['randomUUID', 'randomUUIDv7'])
      for (const options of [undefined, {}, { disableEntropyCache: true }, { disableEntropyCache: 1 }, null, 5])
        try { console.log(crypto[make](options).replace(/[0-9a-f]/g, 'x').length); } catch (e) { console.log(e.code, e.message); }
    console.log(crypto.randomUUIDv7()[14], crypto.randomUUID()[14], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(crypto.randomUUIDv7()));
    console.log(Object.getOwnPropertyNames(Object.getPrototypeOf(crypto.subtle)).sort());
  `);
});
