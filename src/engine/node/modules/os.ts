/**
 * `node:os`: the machine that a program runs on. What a simulated machine has not (a load, a temperature of its
 * processor) is constant.
 */
import { formatIp4, formatMac } from '../../base/address.ts';
import { SECOND } from '../../base/units.ts';
import { checkInt32 } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { errnoMap } from '../system-error.ts';

const GIGABYTE = 1024 ** 3;
const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

interface Address {
  readonly address: string;
  readonly netmask: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly mac: string;
  readonly internal: boolean;
  readonly cidr: string;
  readonly scopeid?: number;
}

export function osModule(node: NodeProcess) {
  const { host } = node;
  const constant = <T>(value: T): (() => T) => {
    const get = (): T => value;
    // as in Node, they turn into texts by themselves
    return Object.defineProperty(get, Symbol.toPrimitive, { value: get });
  };

  function networkInterfaces(): Record<string, Address[]> {
    const found: Record<string, Address[]> = {
      lo: [described('127.0.0.1', 8, LOOPBACK_MAC, true), described('::1', 128, LOOPBACK_MAC, true)],
    };
    for (const nic of host.ip.nics) {
      const mac = formatMac(nic.mac);
      const own: Address[] = [];
      if (nic.address !== undefined)
        own.push(described(formatIp4(nic.address), nic.prefixLength, mac, false));
      for (const { address, prefixLength } of nic.addresses6)
        own.push(described(address, prefixLength, mac, false));
      if (own.length > 0) found[nic.name] = own;
    }
    return found;
  }

  return {
    arch: constant('x64'),
    availableParallelism: () => 1,
    cpus: () => [{ model: 'simulated', speed: 2000, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 } }],
    endianness: constant('LE'),
    freemem: () => GIGABYTE,
    getPriority(pid = 0): number {
      checkInt32(pid, 'pid');
      return 0;
    },
    homedir: constant('/home/node'),
    hostname: constant(host.name),
    loadavg: () => [0, 0, 0],
    networkInterfaces,
    platform: constant('linux'),
    release: constant('6.1.0'),
    setPriority(pid: number, priority = pid): void {
      checkInt32(pid, 'pid');
      checkInt32(priority, 'priority', -20, 19);
    },
    tmpdir: () => '/tmp',
    totalmem: () => 2 * GIGABYTE,
    type: constant('Linux'),
    userInfo: () => ({ uid: 1000, gid: 1000, username: 'node', homedir: '/home/node', shell: '/bin/sh' }),
    uptime: () => node.drive.kernel.now / SECOND,
    version: constant('#1 SMP roundtrip'),
    machine: constant('x86_64'),
    constants: {
      UV_UDP_REUSEADDR: 4,
      dlopen: {},
      errno: Object.fromEntries(
        [...errnoMap()].filter(([number]) => number > -3000).map(([number, [code]]) => [code, -number]),
      ),
      signals: SIGNALS,
      priority: {
        PRIORITY_LOW: 19,
        PRIORITY_BELOW_NORMAL: 10,
        PRIORITY_NORMAL: 0,
        PRIORITY_ABOVE_NORMAL: -7,
        PRIORITY_HIGH: -14,
        PRIORITY_HIGHEST: -20,
      },
    },
    EOL: '\n',
    devNull: '/dev/null',
  };
}

const LOOPBACK_MAC = '00:00:00:00:00:00';

function described(address: string, prefixLength: number, mac: string, internal: boolean): Address {
  const is6 = address.includes(':');
  const cidr = `${address}/${prefixLength}`;
  const netmask = is6 ? mask6(prefixLength) : formatMask4(prefixLength);
  const base = { address, netmask, family: is6 ? 'IPv6' : 'IPv4', mac, internal, cidr } as const;
  return is6 ? { ...base, scopeid: 0 } : base;
}

function formatMask4(length: number): string {
  return [0, 8, 16, 24].map((at) => 256 - (1 << (8 - Math.max(0, Math.min(8, length - at))))).join('.');
}

function mask6(length: number): string {
  const groups = Array.from({ length: 8 }, (_, i) => {
    const bits = Math.max(0, Math.min(16, length - i * 16));
    return (0x10000 - (1 << (16 - bits))).toString(16);
  });
  const text = groups.join(':').replace(/(?::0)+$/, '::');
  return text === '0' ? '::' : text;
}
