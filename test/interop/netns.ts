/**
 * A small network out of Linux's own parts, built from a description: one network namespace a machine, veth pairs
 * for cables, real addresses and routes; and real programs run in it, as the person at that machine would run them.
 *
 * The same description builds the simulated world (shell-world.ts), so that what both print can be compared. MAC
 * addresses are those that the engine gives: the first link's ends first. Everything made here is removed by
 * `close`, and at the latest when the process ends.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

export interface TopologyMachine {
  readonly forwards?: boolean;
  /** `[to, via]`: a gateway's address, or one of Linux's answers without a way. */
  readonly routes?: readonly (readonly [to: string, via: string])[];
  /** Drops the ICMP errors of type 3 code 4 and ICMPv6 type 2 that it would send. */
  readonly isBlackHole?: boolean;
  /** TCP and UDP ports on which something listens. */
  readonly listens?: readonly string[];
  /** Masquerades what leaves through this interface. */
  readonly nat?: string;
  /** Refuses what it would forward to this prefix, saying `administratively prohibited`. */
  readonly rejects?: string;
}

export interface TopologyEnd {
  readonly machine: string;
  readonly nic: string;
  readonly addresses: readonly string[];
}

export interface TopologyLink {
  readonly a: TopologyEnd;
  readonly b: TopologyEnd;
  readonly mtu?: number;
  /** One way, in milliseconds; where the kernel has no netem, the real link has none. */
  readonly delayMs?: number;
}

export interface Topology {
  readonly machines: Readonly<Record<string, TopologyMachine>>;
  readonly links: readonly TopologyLink[];
  /** The hosts file of every machine. */
  readonly names?: Readonly<Record<string, string>>;
}

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** What stands in the way of namespaces here, or undefined. */
export function noNamespaces(): string | undefined {
  if (process.platform !== 'linux') return 'no Linux: no network namespaces';
  if (process.getuid?.() !== 0) return 'not root: no network namespaces';
  const name = `rt-probe-${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (made.error) return 'ip (iproute2) is not on this machine';
  if (made.status !== 0) return `no network namespaces: ${made.stderr.trim()}`;
  spawnSync('ip', ['netns', 'del', name]);
  return undefined;
}

/** Programs among `names` that are not installed, as a reason to skip. */
export function absentPrograms(names: readonly string[]): string | undefined {
  const missing = names.filter((name) => spawnSync(name, ['-V'], { stdio: 'ignore' }).error !== undefined);
  return missing.length > 0 ? `${missing.join(', ')}: not on this machine` : undefined;
}

/** An ordinary person: what a program may do only as root, it may not do here. */
const USER = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--inh-caps=-all'];
const FIRST_MAC = 0x5301;
const MAX_OUTPUT = 1 << 20;

/** As on a Debian with systemd, but for the limits on ICMP errors, whose state would depend on earlier commands. */
const SETTINGS: readonly string[] = [
  'net.ipv4.ping_group_range=0 2147483647',
  'net.ipv4.icmp_ratelimit=0',
  'net.ipv6.icmp.ratelimit=0',
  // an address is usable at once: duplicate address detection has its own tests
  'net.ipv6.conf.all.accept_dad=0',
  'net.ipv6.conf.default.accept_dad=0',
];

let made = 0;
const open = new Set<Namespaces>();
process.once('exit', () => {
  for (const one of open) one.close();
});

function run(program: string, args: readonly string[]): void {
  execFileSync(program, [...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function macText(index: number): string {
  const low = FIRST_MAC + index;
  return `00:00:5e:00:${(low >> 8).toString(16).padStart(2, '0')}:${(low & 255).toString(16).padStart(2, '0')}`;
}

export class Namespaces {
  readonly topology: Topology;
  readonly #names = new Map<string, string>();
  readonly #servers: { pid: number | undefined; kill(): boolean }[] = [];

  constructor(topology: Topology) {
    this.topology = topology;
    open.add(this);
    try {
      this.#build();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Runs one line of shell as the person at `machine`; `interruptAfterMs` presses Ctrl-C. */
  run(machine: string, line: string, interruptAfterMs?: number): Promise<Ran> {
    const inside = ['netns', 'exec', this.#names.get(machine)!, ...USER, 'bash', '-c', `exec 2>&3; ${line}`];
    return new Promise((resolve, reject) => {
      const child = spawn('ip', inside, {
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        detached: interruptAfterMs !== undefined,
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      });
      let out = '';
      let err = '';
      child.stdout!.on('data', (chunk) => {
        if (out.length < MAX_OUTPUT) out += String(chunk);
      });
      (child.stdio[3] as NodeJS.ReadableStream).on('data', (chunk) => {
        if (err.length < MAX_OUTPUT) err += String(chunk);
      });
      child.stderr!.on('data', (chunk) => {
        err += String(chunk);
      });
      child.on('error', reject);
      child.on('close', (status, signal) => {
        resolve({ status: status ?? (signal === 'SIGINT' ? 130 : 128), out, err });
      });
      if (interruptAfterMs !== undefined) {
        setTimeout(() => {
          if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGINT');
        }, interruptAfterMs);
      }
    });
  }

  close(): void {
    open.delete(this);
    for (const server of this.#servers.splice(0)) server.kill();
    for (const name of this.#names.values()) {
      spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
      rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
    }
    this.#names.clear();
  }

  #build(): void {
    const { machines, links, names } = this.topology;
    for (const machine of Object.keys(machines)) {
      const name = `rt${process.pid}-${made++}`;
      this.#names.set(machine, name);
      run('ip', ['netns', 'add', name]);
      this.#writeFiles(name, machine, names ?? {});
      this.#inside(machine, 'sysctl', '-qw', ...SETTINGS);
      if (machines[machine]!.forwards) {
        this.#inside(machine, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1');
      }
      this.#inside(machine, 'ip', 'link', 'set', 'lo', 'up');
    }
    const indices = new Map<string, number>();
    const indexOf = (machine: string): string => {
      const next = (indices.get(machine) ?? 1) + 1;
      indices.set(machine, next);
      return String(next);
    };
    for (const [i, link] of links.entries()) this.#link(i, link, indexOf);
    for (const [name, machine] of Object.entries(machines)) this.#settle(name, machine);
  }

  #writeFiles(namespace: string, machine: string, names: Readonly<Record<string, string>>): void {
    const folder = `/etc/netns/${namespace}`;
    mkdirSync(folder, { recursive: true });
    const lines = [`127.0.0.1 localhost`, `127.0.1.1 ${machine}`, '::1 localhost ip6-localhost ip6-loopback'];
    for (const [name, address] of Object.entries(names)) lines.push(`${address} ${name}`);
    writeFileSync(`${folder}/hosts`, `${lines.join('\n')}\n`);
    // a resolver that refuses at once: names that the hosts file lacks have no answer
    writeFileSync(`${folder}/resolv.conf`, 'nameserver 127.0.0.1\noptions attempts:1 timeout:1\n');
  }

  #link(i: number, { a, b, mtu, delayMs }: TopologyLink, indexOf: (machine: string) => string): void {
    const end = (one: TopologyEnd, mac: string): string[] => [
      'name',
      one.nic,
      'index',
      indexOf(one.machine),
      'address',
      mac,
      'netns',
      this.#names.get(one.machine)!,
      ...(mtu === undefined ? [] : ['mtu', String(mtu)]),
    ];
    const first = end(a, macText(2 * i));
    const second = end(b, macText(2 * i + 1));
    run('ip', ['link', 'add', ...first, 'type', 'veth', 'peer', ...second]);
    for (const one of [a, b]) {
      for (const address of one.addresses) {
        const rest = address.includes(':') ? [] : ['brd', '+'];
        this.#inside(one.machine, 'ip', 'address', 'add', address, ...rest, 'dev', one.nic);
      }
    }
    for (const one of [a, b]) this.#inside(one.machine, 'ip', 'link', 'set', one.nic, 'up');
    if (delayMs === undefined || !hasNetem()) return;
    for (const one of [a, b])
      this.#inside(
        one.machine,
        'tc',
        'qdisc',
        'add',
        'dev',
        one.nic,
        'root',
        'netem',
        'delay',
        `${delayMs}ms`,
      );
  }

  #settle(name: string, machine: TopologyMachine): void {
    for (const [to, via] of machine.routes ?? []) {
      const isSix = via.includes(':') || to.includes(':');
      const kinds = ['blackhole', 'unreachable', 'prohibit'];
      const way = kinds.includes(via) ? [via, to] : [to, 'via', via];
      this.#inside(name, 'ip', isSix ? '-6' : '-4', 'route', 'add', ...way);
    }
    if (machine.isBlackHole) {
      this.#nft(name, [
        'add table inet hole',
        'add chain inet hole output { type filter hook output priority 0; }',
        'add rule inet hole output icmp type destination-unreachable icmp code frag-needed drop',
        'add rule inet hole output icmpv6 type packet-too-big drop',
      ]);
    }
    if (machine.nat) {
      this.#nft(name, [
        'add table ip nat',
        'add chain ip nat postrouting { type nat hook postrouting priority 100; }',
        `add rule ip nat postrouting oifname "${machine.nat}" masquerade`,
      ]);
    }
    if (machine.rejects) {
      const family = machine.rejects.includes(':') ? 'ip6' : 'ip';
      this.#nft(name, [
        'add table inet gate',
        'add chain inet gate forward { type filter hook forward priority 0; }',
        `add rule inet gate forward ${family} daddr ${machine.rejects} reject with icmpx type admin-prohibited`,
      ]);
    }
    for (const port of machine.listens ?? []) this.#serve(name, port);
  }

  #nft(machine: string, rules: readonly string[]): void {
    for (const rule of rules) this.#inside(machine, 'nft', rule);
  }

  /** `tcp/80` or `udp/53`: a socket of either family that is there and says nothing. */
  #serve(machine: string, what: string): void {
    const [protocol, port] = what.split('/');
    const program =
      protocol === 'tcp'
        ? `require('net').createServer(() => {}).listen(${port}, '::', () => console.log('up'))`
        : `require('dgram').createSocket('udp6').bind(${port}, '::', () => console.log('up'))`;
    const inside = ['netns', 'exec', this.#names.get(machine)!, process.execPath, '-e', program];
    this.#servers.push(spawn('ip', inside, { stdio: ['ignore', 'ignore', 'ignore'] }));
  }

  #inside(machine: string, ...command: readonly string[]): void {
    run('ip', ['netns', 'exec', this.#names.get(machine)!, ...command]);
  }
}

let netem: boolean | undefined;

/** Whether this kernel can delay packets. */
export function hasNetem(): boolean {
  if (netem !== undefined) return netem;
  const name = `rt-netem-${process.pid}`;
  run('ip', ['netns', 'add', name]);
  const args = ['netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
  netem = spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  return netem;
}
