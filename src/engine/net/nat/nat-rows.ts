/**
 * The translation table as people read it, and how it is rebuilt from the events of a translator.
 *
 * A row is a session; a port forward has a row of its own, which stays.
 */
import { formatIp4 } from '../../base/address.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { Detail, Projection } from '../../trace/event.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { type FlowState, type FlowTimeouts, timeoutOf } from '../flow-state.ts';
import type { Mapping, Session } from './nat-table.ts';

export interface NatRow {
  readonly protocol: string;
  readonly inside: string;
  readonly outside: string;
  readonly remote: string;
  /** `forward` for a port forward, which has no state. */
  readonly state: FlowState | 'forward';
  /** How long it is remembered after its last packet that counts. */
  readonly timeout: Nanoseconds;
  /** Kernel time from which on the session is forgotten. */
  readonly expires: Nanoseconds;
}

const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL_ICMP]: 'ICMP',
  [PROTOCOL_TCP]: 'TCP',
  [PROTOCOL_UDP]: 'UDP',
};

/** Second operand of `nat.translate`. */
export const TRANSLATED_INBOUND = 1;
/** An ICMP error about a flow, which never refreshes it. */
export const TRANSLATED_ERROR = 2;
/** The packet put the end of the session off. */
export const TRANSLATED_REFRESH = 4;

export function sessionRow({ mapping, remote, remotePort, flow }: Session, timeouts: FlowTimeouts): NatRow {
  const { protocol } = mapping;
  return {
    protocol: PROTOCOL_NAMES[protocol]!,
    inside: `${formatIp4(mapping.inside)}:${mapping.insidePort}`,
    outside: `${formatIp4(mapping.outside)}:${mapping.outsidePort}`,
    // the identifier of an ICMP query stands for the inside port; its other side has none
    remote: protocol === PROTOCOL_ICMP ? formatIp4(remote) : `${formatIp4(remote)}:${remotePort}`,
    state: flow.state,
    timeout: timeoutOf(protocol, flow.state, timeouts),
    expires: flow.expires,
  };
}

export function forwardRow(mapping: Mapping): NatRow {
  return {
    protocol: PROTOCOL_NAMES[mapping.protocol]!,
    inside: `${formatIp4(mapping.inside)}:${mapping.insidePort}`,
    outside: `${formatIp4(mapping.outside)}:${mapping.outsidePort}`,
    remote: 'anyone',
    state: 'forward',
    timeout: NEVER,
    expires: NEVER,
  };
}

export function forwardKey(index: number): string {
  return `forward ${index}`;
}

/** The translation table, rebuilt from its events. */
export const natTable: Projection<NatRow> = {
  kinds: ['nat.forward', 'nat.open', 'nat.translate', 'nat.state', 'nat.close'],
  apply(rows, { kind, a, b, time, detail }) {
    if (kind === 'nat.forward') {
      rows.set(forwardKey(a), rowOf(detail!));
      return;
    }
    const key = String(a);
    if (kind === 'nat.open') {
      rows.set(key, rowOf(detail!));
      return;
    }
    const row = rows.get(key);
    if (!row) return;
    if (kind === 'nat.close') rows.delete(key);
    else if (kind === 'nat.state') rows.set(key, { ...row, ...changeOf(detail!) });
    else if (b & TRANSLATED_REFRESH) rows.set(key, { ...row, expires: time + row.timeout });
  },
};

function rowOf(detail: Detail): NatRow {
  return {
    protocol: String(detail['protocol']),
    inside: String(detail['inside']),
    outside: String(detail['outside']),
    remote: String(detail['remote']),
    ...changeOf(detail),
  };
}

function changeOf(detail: Detail): Pick<NatRow, 'state' | 'timeout' | 'expires'> {
  return {
    state: detail['state'] as NatRow['state'],
    timeout: Number(detail['timeout']),
    expires: Number(detail['expires']),
  };
}
