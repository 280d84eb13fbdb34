/** What Tab offers. */
import { describe, expect, it } from 'vitest';
import { complete, machineFacts } from '../../src/engine/shell/complete.ts';
import { PROGRAMS } from '../../src/engine/shell/programs.ts';
import { town } from './small-town.ts';

const FACTS = {
  hosts: ['www.chaicart.example', 'web', '203.0.113.80', '192.168.1.1'],
  interfaces: ['lo', 'eth0'],
};
const offers = (line: string) => complete(line, FACTS).candidates;

describe('completion', () => {
  it.each([
    ['', [...PROGRAMS.keys()].sort()],
    ['h', ['help', 'host', 'hostname']],
    ['dig +n', ['+noall', '+nocmd', '+noedns', '+norecurse']],
    ['dig @w', ['@web', '@www.chaicart.example']],
    ['getent a', ['ahosts', 'ahostsv4', 'ahostsv6']],
    ['getent ahosts w', ['web', 'www.chaicart.example']],
    ['cat /etc/h', ['/etc/hostname', '/etc/hosts']],
    ['echo 192.0.2.1 tea >> /etc/r', ['/etc/resolv.conf']],
    ['resolvectl f', ['flush-caches']],
    ['ping', []],
    ['ping ', ['192.168.1.1', '203.0.113.80', 'web', 'www.chaicart.example']],
    ['ping w', ['web', 'www.chaicart.example']],
    ['ping -c 3 20', ['203.0.113.80']],
    ['ping -c ', []],
    ['ping -M d', ['do', 'dont']],
    ['ping -I ', ['eth0', 'lo']],
    ['true && tr', ['traceroute', 'true']],
    ['true;pi', ['ping']],
    ['ip ', ['address', 'link', 'neigh', 'route']],
    ['ip r', ['route']],
    ['ip route ', ['get', 'show']],
    ['ip route get 203', ['203.0.113.80']],
    ['ip addr show dev ', ['eth0', 'lo']],
    ['help tr', ['traceroute', 'true']],
    ['nosuch ', []],
  ])('%j', (line, candidates) => {
    expect(offers(line)).toEqual(candidates);
  });

  it('offers flags behind a dash', () => {
    expect(offers('ss -')).toContain('-t');
    expect(offers('ping -')).toContain('-c');
  });

  it('says where the word begins', () => {
    expect(complete('ping -c 3 www', FACTS).from).toBe('ping -c 3 '.length);
    expect(complete('a;', FACTS).from).toBe(2);
  });

  it('knows a network’s names, addresses and interfaces', () => {
    const { network } = town();
    const facts = machineFacts(network, 'laptop', { 'www.chaicart.example': '203.0.113.80' });
    expect(facts.interfaces).toEqual(['lo', 'eth0']);
    for (const one of ['www.chaicart.example', 'localhost', '192.168.1.1', '2001:db8:3::80'])
      expect(facts.hosts).toContain(one);
    expect(new Set(facts.hosts).size).toBe(facts.hosts.length);
  });
});
