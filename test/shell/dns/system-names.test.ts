/** What programs find under a name: hosts file, cache, resolver; and how somebody looks into them and changes them. */
import { describe, expect, it } from 'vitest';
import { NamesTown } from './names-town.ts';

describe('getent', () => {
  it('goes the way of every program', () => {
    const town = new NamesTown();
    expect(town.type('getent ahosts chaicart.example')).toMatchObject({
      out: '192.0.2.80      STREAM chaicart.example\n192.0.2.80      DGRAM  \n192.0.2.80      RAW    \n',
      status: 0,
    });
    const asked = (): number => town.count('frame.sent', 'laptop');
    const before = asked();
    expect(before).toBeGreaterThan(0);
    expect(town.type('getent hosts chaicart.example').out).toBe('192.0.2.80      chaicart.example\n');
    // from the cache, this time
    expect(asked()).toBe(before);
    expect(town.type('getent hosts nope.chaicart.example')).toMatchObject({ out: '', status: 2 });
  });

  it('has the hosts file first, with aliases, and addresses turned round', () => {
    const town = new NamesTown();
    town.type('echo 192.0.2.66 tea.example tea | sudo tee -a /etc/hosts');
    expect(town.type('getent hosts tea').out).toBe('192.0.2.66      tea.example tea\n');
    expect(town.type('getent hosts 192.0.2.66').out).toBe('192.0.2.66      tea.example tea\n');
    expect(town.type('getent ahosts 192.0.2.1').out).toContain('192.0.2.1       STREAM 192.0.2.1\n');
    expect(town.type('getent hosts').out).toBe(
      '127.0.0.1       localhost\n127.0.1.1       laptop\n::1             localhost ip6-localhost ip6-loopback\n192.0.2.66      tea.example tea\n',
    );
  });

  it('says how it is used', () => {
    const town = new NamesTown();
    expect(town.type('getent')).toMatchObject({ err: 'getent: wrong number of arguments\n', status: 1 });
    expect(town.type('getent nope x')).toMatchObject({ err: 'Unknown database: nope\n', status: 1 });
  });
});

describe('files', () => {
  it('are read by everybody and written by root', () => {
    const town = new NamesTown();
    const text = town.type('cat /etc/hosts').out;
    expect(town.type('echo 192.0.2.66 chaicart.example >> /etc/hosts')).toMatchObject({
      err: 'bash: /etc/hosts: Permission denied\n',
      status: 1,
    });
    expect(town.type('echo x > /nowhere')).toMatchObject({
      err: 'bash: /nowhere: No such file or directory\n',
    });
    expect(town.type('sudo echo x > /etc/hosts').err).toBe('bash: /etc/hosts: Permission denied\n');
    expect(town.type('cat /etc/hosts').out).toBe(text);
    expect(town.type('echo 192.0.2.66 tea > /etc/hosts; cat /etc/hosts', 'home-router').out).toBe(
      '192.0.2.66 tea\n',
    );
    expect(town.type('cat /etc/nope /etc')).toMatchObject({
      err: 'cat: /etc/nope: No such file or directory\ncat: /etc: Is a directory\n',
      status: 1,
    });
    expect(town.type('dig +short chaicart.example > /dev/null').out).toBe('');
  });

  it('count at once for every program', () => {
    const town = new NamesTown();
    expect(town.type('ping -c 1 chaicart.example').out).toContain('PING chaicart.example (192.0.2.80)');
    const edit = town.type('echo 127.0.0.1 chaicart.example | sudo tee -a /etc/hosts');
    expect(edit).toMatchObject({ out: '127.0.0.1 chaicart.example\n', status: 0 });
    expect(town.count('hosts.write', 'laptop')).toBe(1);
    expect(town.type('ping -c 1 chaicart.example').out).toContain('PING chaicart.example (127.0.0.1)');
    town.type('echo nameserver 192.0.2.80 | sudo tee /etc/resolv.conf');
    expect(town.type('dig +tries=1 chaicart.example').out).toContain('192.0.2.80#53: connection refused');
  });
});

describe('caches', () => {
  it('of the system are shown and emptied', () => {
    const town = new NamesTown();
    expect(town.type('resolvectl show-cache').out).toBe('');
    town.type('getent ahosts chaicart.example');
    expect(town.type('resolvectl show-cache').out).toBe('chaicart.example IN A 192.0.2.80\n');
    expect(town.type('resolvectl flush-caches && resolvectl statistics').out).toBe(
      'Cache\n  Current Cache Size: 0\n',
    );
    expect(town.count('dns.cache.evict', 'laptop')).toBe(1);
    expect(town.type('resolvectl flush-caches', 'chaicart')).toMatchObject({ status: 1 });
    expect(town.type('resolvectl nope').err).toBe(
      'Unknown command verb nope. There are flush-caches, show-cache, statistics\n',
    );
  });

  it('of a resolver are dumped, and forget a name or a zone', () => {
    const town = new NamesTown();
    town.type('dig chaicart.example +short; dig nope.chaicart.example +short');
    const dump = town.type('unbound-control dump_cache', 'resolver').out;
    expect(dump).toMatch(
      /^START_RRSET_CACHE\n(;rrset \d+ 1 0 [12678] 0\n\S+\t\d+\tIN\t\S+\t.*\n)+END_RRSET_CACHE\nSTART_MSG_CACHE\n/,
    );
    expect(dump).toContain('\nchaicart.example.\t300\tIN\tA\t192.0.2.80\n');
    expect(dump).toMatch(/\nmsg nope\.chaicart\.example\. IN \S+ NXDOMAIN \d+\nEND_MSG_CACHE\nEOF\n$/);
    expect(town.type('unbound-control flush nope.chaicart.example', 'resolver').out).toBe('ok\n');
    expect(town.type('unbound-control dump_cache', 'resolver').out).not.toContain('nope');
    expect(town.type('unbound-control flush_zone chaicart.example', 'resolver').out).toMatch(
      /^ok removed [1-9] rrsets, 0 messages and 0 key entries\n$/,
    );
    expect(town.type('unbound-control dump_cache', 'resolver').out).not.toContain('\tA\t192.0.2.80');
    expect(town.type('unbound-control dump_cache').err).toContain('Connection refused');
  });
});
