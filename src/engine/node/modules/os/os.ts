/**
 * `node:os`: the machine that a program runs on. What a simulated machine has not (a load, a temperature of its
 * processor) is constant.
 */
import type {
  NetworkInterfaceInfo,
  UserInfo,
  UserInfoOptions,
  UserInfoOptionsWithBufferEncoding,
  UserInfoOptionsWithStringEncoding,
} from 'node:os';
import { formatIp4, formatMac } from '../../../base/address.ts';
import { SECOND } from '../../../base/units.ts';
import { checkInt32 } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { packages } from '../packages.ts';
import { OS_CONSTANTS } from './constants.ts';

const GIGABYTE = 1024 ** 3;

export function osModule(node: NodeProcess) {
  const { host } = node;
  const constant = <const T>(value: T): (() => T) => {
    const get = (): T => value;
    // as in Node, they turn into texts by themselves
    return Object.defineProperty(get, Symbol.toPrimitive, { value: get });
  };

  function networkInterfaces(): NodeJS.Dict<NetworkInterfaceInfo[]> {
    const found: Record<string, NetworkInterfaceInfo[]> = {
      lo: [described('127.0.0.1', 8, LOOPBACK_MAC, true), described('::1', 128, LOOPBACK_MAC, true)],
    };
    for (const nic of host.ip.nics) {
      const mac = formatMac(nic.mac);
      const own: NetworkInterfaceInfo[] = [];
      if (nic.address !== undefined)
        own.push(described(formatIp4(nic.address), nic.prefixLength, mac, false));
      for (const { address, prefixLength } of nic.addresses6)
        own.push(described(address, prefixLength, mac, false));
      if (own.length > 0) found[nic.name] = own;
    }
    return found;
  }

  function userInfo(options?: UserInfoOptionsWithStringEncoding): UserInfo<string>;
  function userInfo(options: UserInfoOptionsWithBufferEncoding): UserInfo<Buffer<ArrayBuffer>>;
  function userInfo(options: UserInfoOptions): UserInfo<string | Buffer<ArrayBuffer>>;
  function userInfo(options?: UserInfoOptions | null): UserInfo<string | Buffer<ArrayBuffer>> {
    const { Buffer } = node.load(packages).buffer;
    const encoding = options?.encoding;
    const told = (text: string): string | Buffer<ArrayBuffer> => {
      if (encoding === 'buffer') return Buffer.from(text);
      return encoding !== undefined && Buffer.isEncoding(encoding)
        ? Buffer.from(text).toString(encoding)
        : text;
    };
    const [username, homedir, shell] = [told('node'), told('/home/node'), told('/bin/sh')];
    const user: UserInfo<string | Buffer<ArrayBuffer>> = { uid: 1000, gid: 1000, username, homedir, shell };
    Object.setPrototypeOf(user, null);
    return user;
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
    userInfo,
    uptime: () => node.drive.kernel.now / SECOND,
    version: constant('#1 SMP roundtrip'),
    machine: constant('x86_64'),
    constants: OS_CONSTANTS,
    EOL: '\n',
    devNull: '/dev/null',
  };
}

const LOOPBACK_MAC = '00:00:00:00:00:00';

function described(
  address: string,
  prefixLength: number,
  mac: string,
  internal: boolean,
): NetworkInterfaceInfo {
  const cidr = `${address}/${prefixLength}`;
  if (address.includes(':'))
    return { address, netmask: mask6(prefixLength), family: 'IPv6', mac, internal, cidr, scopeid: 0 };
  return { address, netmask: formatMask4(prefixLength), family: 'IPv4', mac, internal, cidr };
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
