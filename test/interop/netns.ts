/**
 * A small network out of Linux's own parts, built from a description: one network namespace a machine, veth pairs
 * for cables, real addresses and routes; and real programs run in it, as the person at that machine would run them.
 *
 * The same description builds the simulated world (shell-world.ts), so that what both print can be compared. MAC
 * addresses are those that the engine gives: the first link's ends first. Everything made here is removed by
 * `close`, and at the latest when the process ends.
 */
import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

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

/** Programs among `names` that are not on this machine, as a reason to skip. */
export function absentPrograms(names: readonly string[]): string | undefined {
  const missing = names.filter((name) => spawnSync(name, ['-V'], { stdio: 'ignore' }).error !== undefined);
  return missing.length > 0 ? `${missing.join(', ')}: not on this machine` : undefined;
}

/** An ordinary person: what a program may do only as root, it may not do here. */
const USER = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--inh-caps=-all'];
const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' };
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

function macText(index: number): string {
  const low = FIRST_MAC + index;
  return `00:00:5e:00:${(low >> 8).toString(16).padStart(2, '0')}:${(low & 255).toString(16).padStart(2, '0')}`;
}

export class Namespaces {
  readonly topology: Topology;
  readonly #names = new Map<string, string>();
  readonly #servers: ChildProcess[] = [];
  /** Commands that build it: one shell runs them all, so that nothing else waits meanwhile. */
  readonly #script: string[] = [];

  private constructor(topology: Topology) {
    this.topology = topology;
  }

  /** Builds the network, and waits until everybody in it listens. */
  static async build(topology: Topology): Promise<Namespaces> {
    const network = new Namespaces(topology);
    open.add(network);
    try {
      await network.#build();
      await network.#settle();
    } catch (error) {
      network.close();
      throw error;
    }
    return network;
  }

  /** Runs one line of shell as the person at `machine`; `interruptAfterMs` presses Ctrl-C. */
  run(machine: string, line: string, interruptAfterMs?: number): Promise<Ran> {
    // the machine's own name, too
    const inside = ['netns', 'exec', this.#names.get(machine)!, 'unshare', '--uts', 'sh', '-c'];
    inside.push('hostname "$0" && exec "$@"', machine, ...USER);
    if (interruptAfterMs !== undefined)
      inside.push('timeout', '--preserve-status', '--signal=INT', String(interruptAfterMs / 1000));
    return collect(
      spawn('ip', [...inside, 'bash', '-c', line], { stdio: ['ignore', 'pipe', 'pipe'], env: ENV }),
    );
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

  async #build(): Promise<void> {
    const { machines, links, names } = this.topology;
    for (const [machine, { forwards }] of Object.entries(machines)) {
      const name = `rt${process.pid}-${made++}`;
      this.#names.set(machine, name);
      this.#script.push(`ip netns add ${name}`);
      this.#writeFiles(name, machine, names ?? {});
      const forwarding = forwards ? ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'] : [];
      const settings = [...SETTINGS, ...forwarding].map((one) => `'${one}'`);
      this.#inside(machine, `sysctl -qw ${settings.join(' ')}`);
      this.#inside(machine, 'ip link set lo up');
    }
    const indices = new Map<string, number>();
    const indexOf = (machine: string): string => {
      const next = (indices.get(machine) ?? 1) + 1;
      indices.set(machine, next);
      return String(next);
    };
    for (const [i, link] of links.entries()) this.#link(i, link, indexOf);
    for (const [name, machine] of Object.entries(machines)) this.#routes(name, machine);
    const { status, err } = await shell(this.#script.join('\n'));
    if (status !== 0) throw new Error(`no network: ${err}`);
    for (const [name, { listens = [] }] of Object.entries(machines))
      for (const port of listens) this.#serve(name, port);
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
    const end = (one: TopologyEnd, mac: string): string =>
      `name ${one.nic} index ${indexOf(one.machine)} address ${mac} netns ${this.#names.get(one.machine)}` +
      (mtu === undefined ? '' : ` mtu ${mtu}`);
    this.#script.push(`ip link add ${end(a, macText(2 * i))} type veth peer ${end(b, macText(2 * i + 1))}`);
    for (const { machine, nic, addresses } of [a, b]) {
      for (const address of addresses)
        this.#inside(machine, `ip address add ${address} ${address.includes(':') ? '' : 'brd +'} dev ${nic}`);
      this.#inside(machine, `ip link set ${nic} up`);
      if (delayMs !== undefined && hasNetem())
        this.#inside(machine, `tc qdisc add dev ${nic} root netem delay ${delayMs}ms`);
    }
  }

  #routes(name: string, machine: TopologyMachine): void {
    for (const [to, via] of machine.routes ?? []) {
      const isSix = via.includes(':') || to.includes(':');
      const way = ['blackhole', 'unreachable', 'prohibit'].includes(via)
        ? `${via} ${to}`
        : `${to} via ${via}`;
      this.#inside(name, `ip ${isSix ? '-6' : '-4'} route add ${way}`);
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
  }

  #nft(machine: string, rules: readonly string[]): void {
    for (const rule of rules) this.#inside(machine, `nft '${rule}'`);
  }

  /** `tcp/80` or `udp/53`: a socket of both families that is there and says nothing. */
  #serve(machine: string, what: string): void {
    const [protocol, port] = what.split('/');
    const program =
      protocol === 'tcp'
        ? `require('net').createServer(() => {}).listen(${port}, '::')`
        : `require('dgram').createSocket('udp6').bind(${port}, '::')`;
    const inside = ['netns', 'exec', this.#names.get(machine)!, process.execPath, '-e', program];
    this.#servers.push(spawn('ip', inside, { stdio: 'ignore' }));
  }

  #inside(machine: string, command: string): void {
    this.#script.push(`ip netns exec ${this.#names.get(machine)} ${command}`);
  }

  /** Waits until what listens listens, and every link-local address may be used. */
  async #settle(): Promise<void> {
    const show = async (machine: string, command: string): Promise<string> =>
      (await shell(`ip netns exec ${this.#names.get(machine)} ${command}`)).out;
    for (const [machine, { listens = [] }] of Object.entries(this.topology.machines)) {
      for (let tries = 0; tries < 200; tries++) {
        const isTentative = (await show(machine, 'ip -6 addr')).includes('tentative');
        const heard = (await show(machine, 'ss -Htuln')).split('\n').filter((line) => line !== '').length;
        if (!isTentative && heard >= listens.length) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }
}

function shell(script: string): Promise<Ran> {
  return collect(spawn('sh', ['-ec', script], { stdio: ['ignore', 'pipe', 'pipe'], env: ENV }));
}

function collect(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      if (out.length < MAX_OUTPUT) out += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      if (err.length < MAX_OUTPUT) err += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (status, signal) => {
      resolve({ status: status ?? (signal === 'SIGINT' ? 130 : 128), out, err });
    });
  });
}

let netem: boolean | undefined;

/** Whether this kernel can delay packets. */
export function hasNetem(): boolean {
  if (netem !== undefined) return netem;
  const name = `rt-netem-${process.pid}`;
  spawnSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
  const args = ['netns', 'exec', name, 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];
  netem = spawnSync('ip', args, { stdio: 'ignore' }).status === 0;
  spawnSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  return netem;
}
