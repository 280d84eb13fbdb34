// Real Node's dns (c-ares) asks a simulated name server through the bridge; a simulated program asks the same server.
// Both print the same: values, errors, and what is odd about them.
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { runNameServer } from '../../src/engine/app/nameserver.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import type { ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';
import { World } from '../../src/engine/sim/world.ts';
import { mapped, openBridge } from '../bridge/clients.ts';
import { runReal } from '../node/beside-node.ts';
import { runProgram } from '../node/run-program.ts';

/** RFC 3403 §4.1 as RFC 3597 §5 writes what has no form of its own. */
function naptr(order: number, preference: number, texts: readonly string[], replacement: string): string {
  const string = (text: string): number[] => [text.length, ...Buffer.from(text, 'latin1')];
  const labels = replacement === '' ? [] : replacement.split('.');
  const bytes = [0, order, 0, preference, ...texts.flatMap(string), ...labels.flatMap(string), 0];
  return `\\# ${bytes.length} ${Buffer.from(bytes).toString('hex')}`;
}

const ZONE: ZoneText = {
  origin: 'chai.example.',
  text: `$TTL 3600
@ SOA ns h\\.master 1 7200 3600 1209600 300
@ NS ns
@ NS ns2.Other.example.
@ MX 20 Mail
@ MX 10 mail2.other.example.
@ CAA 0 issue "ca.example"
@ CAA 128 iodef "mailto:x@chai.example"
@ TXT "one" "two parts"
@ TXT "\\228\\000x"
@ 60 A 192.0.2.80
@ 120 A 192.0.2.81
@ AAAA 2001:db8::80
ns A 192.0.2.2
www 30 CNAME chain
chain 20 CNAME h0
h0 300 A 192.0.2.100
h0 300 AAAA 2001:db8::64
dangling CNAME nothing.chai.example.
_http._tcp SRV 1 2 80 h0
_http._tcp SRV 0 5 8080 .
sip TYPE35 ${naptr(1, 2, ['s', 'SIP+D2U', ''], '_sip.chai.example')}
tel TYPE35 ${naptr(3, 4, ['u', 'E2U+sip', '!^.*$!sip:x!'], '')}
cert TYPE52 \\# 7 03010101020304
cert A 192.0.2.7
mixed TXT "a"
mixed A 192.0.2.9
mixed 7 AAAA 2001:db8::9
mixed MX 5 mail
host HINFO "a" "b"
escaped\\.label A 192.0.2.10
_under A 192.0.2.11
*.wild TXT "never read"
${Array.from({ length: 40 }, (_, i) => `big TXT "${String(i).padStart(2, '0')} ${'x'.repeat(60)}"`).join('\n')}
${Array.from({ length: 300 }, (_, i) => `many A 192.0.2.${i % 200}\nmany A 198.51.100.${i % 250}`).join('\n')}
`,
};
const REVERSE: ZoneText = {
  origin: '2.0.192.in-addr.arpa.',
  text: `$TTL 60
@ SOA ns.chai.example. h.chai.example. 1 7200 3600 1209600 300
@ NS ns.chai.example.
80 PTR First.chai.example.
80 PTR second.chai.example.
81 CNAME 80
`,
};

/** The same for both; `SERVERS` comes from the environment. */
const PROGRAM = `
const dns = require('node:dns');
const { inspect } = require('node:util');
dns.setServers(process.env.SERVERS.split(' '));
const TYPES = ['A', 'AAAA', 'ANY', 'CAA', 'CNAME', 'MX', 'NAPTR', 'NS', 'PTR', 'SOA', 'SRV', 'TLSA', 'TXT'];
const NAMES = ['@', 'www', 'chain', 'h0', 'dangling', '_http._tcp', 'sip', 'tel', 'cert', 'mixed', 'host', 'escaped\\\\.label', '_under', 'x.wild', 'big', 'no', 'H0', 'a..b', 'a b', 'ä', 'x.onion', 'a'.repeat(64)];
// servers give a set in any order

const order = (value) => {
  if (!Array.isArray(value)) return value;
  const keyed = Object.keys(value).map((key) => inspect(value[key], { depth: 5 }));
  return inspect([value.length, ...keyed.sort()], { maxArrayLength: null });
};
async function main() {
  for (const name of NAMES) {
    const full = name === '@' ? 'chai.example' : name + '.chai.example';
    for (const type of TYPES) {
      try {
        console.log(full, type, order(await dns.promises.resolve(full, type)));
      } catch (error) {
        console.log(full, type, error.message, error.code, error.errno, error.syscall, error.hostname, Object.keys(error).join());
      }
    }
  }
  for (const [method, name, options] of [['resolve4', 'www', { ttl: true }], ['resolve4', '@', { ttl: true }], ['resolve6', 'www', { ttl: true }], ['resolve4', 'many', {}], ['resolve4', 'many', { ttl: true }]])
    console.log(name, order(await dns.promises[method](name === '@' ? 'chai.example' : name + '.chai.example', options)));
  for (const address of ['192.0.2.80', '192.0.2.81', '192.0.2.99', '198.51.100.1', '2001:db8::1', 'nonsense'])
    await dns.promises.reverse(address).then(
      (names) => console.log(address, order(names)),
      (error) => console.log(address, error.message, error.errno, Object.keys(error).join()),
    );
  const callback = (...args) => new Promise((done) => dns[args.shift()](...args, (error, value) => done([error && error.message, order(value)])));
  console.log(await callback('resolve', 'h0.chai.example'), await callback('resolve', 'h0.chai.example', 'AAAA'), await callback('resolveMx', 'no.chai.example'), await callback('reverse', '192.0.2.80'));
  const resolver = new dns.Resolver({ timeout: 1000, tries: 1 });
  resolver.setServers([process.env.CLOSED]);
  await new Promise((done) => resolver.resolve4('h0.chai.example', (error) => { console.log(error.message); done(); }));
  resolver.setServers(process.env.SERVERS.split(' '));
  const cancelled = new Promise((done) => resolver.resolve4('h0.chai.example', (error) => { console.log(error.message); done(); }));
  resolver.cancel();
  await cancelled;
}
main();
`;

test('c-ares and ours say the same of the same server, for every type', { timeout: 120_000 }, async () => {
  const network = new Network(new World({ level: 'off', keeper: () => {} }));
  const [ns, door] = [network.host('ns'), network.host('door')];
  network.link([ns, 'eth0', '192.0.2.2/24'], [door, 'eth0', '192.0.2.1/24'], { delay: MILLISECOND / 10 });
  runNameServer(ns, [ZONE, REVERSE]);
  const port = await freePort();
  const mappings = mapped('udp=ns', 'tcp=ns').map((one) => ({ ...one, port }));
  const { bridge } = await openBridge({ world: network, mappings });
  try {
    const closed = await freePort();
    const real = await runReal(PROGRAM, { SERVERS: `127.0.0.1:${port}`, CLOSED: `127.0.0.1:${closed}` });
    const ours = await runProgram(PROGRAM, {
      env: { SERVERS: '192.0.2.2', CLOSED: '192.0.2.2:54' },
      prepare: (_world, _network, server) => void runNameServer(server, [ZONE, REVERSE]),
    });
    expect(ours.stderr).toBe('');
    expect(real.stderr).toBe('');
    expect(ours.stdout.split('\n')).toEqual(real.stdout.split('\n'));
    // nobody is content with errors alone
    expect(real.stdout).toContain("nsname: 'ns.chai.example'");
    expect(real.stdout.match(/ENOTFOUND|ENODATA/g)!.length).toBeGreaterThan(20);
  } finally {
    await bridge.close();
  }
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
