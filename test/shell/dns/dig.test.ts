/** dig in a simulated network: whom it asks, in which order, how long it waits. What it prints is held beside BIND's in test/interop. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../../src/engine/base/units.ts';
import { NamesTown } from './names-town.ts';

describe('dig', () => {
  it('asks the server of resolv.conf, and not the hosts file', () => {
    const town = new NamesTown();
    town.type('echo 192.0.2.66 chaicart.example | sudo tee -a /etc/hosts');
    expect(town.type('dig +short chaicart.example')).toMatchObject({ out: '192.0.2.80\n', status: 0 });
    const { out } = town.type('dig chaicart.example');
    expect(out).toContain(';; SERVER: 192.168.1.1#53(192.168.1.1) (UDP)\n;; WHEN: Fri Nov 20 18:3');
  });

  it('walks from the root, and asks the system for the addresses of servers', () => {
    const town = new NamesTown();
    const { out, status } = town.type('dig +trace chaicart.example');
    expect(status).toBe(0);
    expect(out.replace(/in \d+ ms/g, 'in N ms')).toBe(`
; <<>> DiG 9.18.49-1~deb12u3-Debian <<>> +trace chaicart.example
;; global options: +cmd
.\t\t\t86400\tIN\tNS\ta.root.example.
;; Received 55 bytes from 192.168.1.1#53(192.168.1.1) in N ms

example.\t\t172800\tIN\tNS\ta.nic.example.
;; Received 81 bytes from 198.51.100.4#53(a.root.example) in N ms

chaicart.example.\t172800\tIN\tNS\tns1.chaicart.example.
;; Received 79 bytes from 198.51.100.20#53(a.nic.example) in N ms

chaicart.example.\t300\tIN\tA\t192.0.2.80
;; Received 61 bytes from 192.0.2.53#53(ns1.chaicart.example) in N ms

`);
    expect(town.type('cat /etc/hosts').out).not.toContain('a.root.example');
    expect(town.type('resolvectl show-cache').out).toContain('ns1.chaicart.example IN A 192.0.2.53\n');
  });

  it('says where the trail ends when a server has no address', () => {
    const town = new NamesTown();
    town.type('echo nameserver 198.51.100.4 | sudo tee /etc/resolv.conf');
    // the root server answers for itself, and refers for all else: getaddrinfo gets nowhere with that
    const { out, err, status } = town.type('dig +trace chaicart.example');
    expect(out).toContain("couldn't get address for");
    expect(err).toMatch(/^dig: couldn't get address for '.*': no more\n$/);
    expect(status).toBe(1);
  });

  it('asks three times, five seconds each', () => {
    const town = new NamesTown();
    // ChaiCart's web server is there and knows nothing of names: it says so; nobody is at .99
    const refused = town.type('dig @192.0.2.80 chaicart.example');
    expect(refused.out.match(/communications error to 192\.0\.2\.80#53: connection refused/g)).toHaveLength(
      3,
    );
    expect(refused.status).toBe(9);
    expect(refused.took).toBeLessThan(SECOND);
    const silent = town.type('dig +tries=2 +time=3 @203.0.113.53 -p 5353 +tcp chaicart.example');
    expect(silent.out).toBe(
      ';; Connection to 203.0.113.53#5353(203.0.113.53) for chaicart.example failed: connection refused.\n;; no servers could be reached\n'.repeat(
        2,
      ),
    );
  });

  it('waits as long as it is told when nobody answers', () => {
    const town = new NamesTown();
    town.made.network.switchOff(town.made.resolverHost);
    const { out, took, status } = town.type('dig @203.0.113.53 +tries=2 +time=3 chaicart.example');
    expect(out).toMatch(
      /^(;; communications error to 203\.0\.113\.53#53: (timed out|host unreachable)\n){2}\n; <<>> DiG/,
    );
    expect(out).toMatch(/;; no servers could be reached\n$/);
    expect(status).toBe(9);
    expect(took).toBeLessThanOrEqual(7 * SECOND);
  });

  it('goes on over TCP', () => {
    const town = new NamesTown();
    const { out } = town.type('dig +tcp @192.0.2.53 chaicart.example +norecurse');
    expect(out).toContain('(TCP)');
    expect(out).toContain(';; flags: qr aa; QUERY: 1, ANSWER: 1');
  });

  it('ends with Ctrl-C, and lets go of its sockets', () => {
    const town = new NamesTown();
    town.made.network.switchOff(town.made.resolverHost);
    const { world, made } = town;
    const ports = made.laptop.udp.openPorts.length;
    world.input(SECOND, 'interrupt', { machine: 'laptop' });
    const { status, took } = town.type('dig @203.0.113.53 chaicart.example');
    expect(status).toBe(130);
    expect(took).toBe(SECOND);
    expect(made.laptop.udp.openPorts).toHaveLength(ports);
  });
});

describe('host and nslookup', () => {
  it('ask the same server', () => {
    const town = new NamesTown();
    expect(town.type('host -t a chaicart.example')).toMatchObject({
      out: 'chaicart.example has address 192.0.2.80\n',
      status: 0,
    });
    expect(town.type('nslookup nope.chaicart.example')).toMatchObject({
      out: "Server:\t\t192.168.1.1\nAddress:\t192.168.1.1#53\n\n** server can't find nope.chaicart.example: NXDOMAIN\n\n",
      status: 1,
    });
  });
});
