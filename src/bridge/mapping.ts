/**
 * `127.0.0.1:5300=resolver:53`: which real address and port stand for which port of which machine.
 */
import { BlockList, isIP, isIPv6 } from 'node:net';
import { Malformed } from '#engine/base/errors.ts';

export interface Mapping {
  readonly protocol: 'udp' | 'tcp';
  /** An IP address, without brackets. */
  readonly address: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly machine: string;
  readonly machinePort: number;
}

/** Which port is meant when none is named: that of DNS, for which all this was made. */
const DEFAULT_PORT = 53;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** Throws {@link Malformed}; so it does for addresses that others can reach, unless `mayBeRemote`. */
export function parseMapping(protocol: 'udp' | 'tcp', text: string, mayBeRemote: boolean): Mapping {
  const found = /^(?:\[([^\]]+)\]|([^:=]+)):(\d+)=([^:=]+)(?::(\d+))?$/.exec(text);
  if (!found)
    throw new Malformed(`--${protocol} takes ADDRESS:PORT=MACHINE[:PORT], not ${text.slice(0, 80)}`);
  const [, six, four, port, machine, machinePort] = found;
  const address = six ?? four!;
  const isWell = isIP(address) === (six === undefined ? 4 : 6);
  if (!isWell) throw new Malformed(`--${protocol} ${text}: ${address} is no IP address`);
  if (!loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') && !mayBeRemote) {
    throw new Malformed(
      `--${protocol} ${text}: others could reach ${address}; give --allow-remote if they may`,
    );
  }
  return {
    protocol,
    address,
    port: portOf(port!, protocol, text, 0),
    machine: machine!,
    machinePort: machinePort === undefined ? DEFAULT_PORT : portOf(machinePort, protocol, text, 1),
  };
}

/** `127.0.0.1:5300`, `[::1]:5300`. */
export function endpoint(address: string, port: number): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

function portOf(digits: string, protocol: string, text: string, least: number): number {
  const port = Number(digits);
  if (port < least || port > 0xffff) throw new Malformed(`--${protocol} ${text}: ${digits} is no port`);
  return port;
}
