/**
 * What `ping` prints: answers, errors, and the summary, with the real program's digits (iputils 20221126).
 */
import { type Ip, isV4 } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { IcmpReport } from '../net/ip/icmp-report.ts';

/** Three significant digits below 100 ms, whole milliseconds above; `microseconds` is what the program measures in. */
export function tripText(microseconds: number): string {
  const us = Math.floor(microseconds);
  if (us >= 99_950) return `${Math.floor((us + 500) / 1000)} ms`;
  if (us >= 9_995) return `${decimal(us + 50, 100, 1)} ms`;
  if (us >= 1_000) return `${decimal(us + 5, 10, 2)} ms`;
  return `${decimal(us, 1, 3)} ms`;
}

/** Microseconds in milliseconds, cut (not rounded) to `places`. */
function decimal(us: number, unit: number, places: number): string {
  const fraction = Math.floor((us % 1000) / unit);
  return `${Math.floor(us / 1000)}.${String(fraction).padStart(places, '0')}`;
}

const UNREACHABLE: readonly string[] = [
  'Destination Net Unreachable',
  'Destination Host Unreachable',
  'Destination Protocol Unreachable',
  'Destination Port Unreachable',
  '',
  'Source Route Failed',
  'Destination Net Unknown',
  'Destination Host Unknown',
  'Source Host Isolated',
  'Destination Net Prohibited',
  'Destination Host Prohibited',
  'Destination Net Unreachable for Type of Service',
  'Destination Host Unreachable for Type of Service',
  'Packet filtered',
  'Precedence Violation',
  'Precedence Cutoff',
];
const UNREACHABLE6: readonly string[] = [
  'No route',
  'Administratively prohibited',
  'Beyond scope of source address',
  'Address unreachable',
  'Port unreachable',
];

/** An ICMP error in words: `Time to live exceeded`, `Packet too big: mtu=1400`. */
export function errorText({ type, code, mtu, quoted }: IcmpReport): string {
  if (isV4(quoted.destination)) {
    if (type === 3 && code === 4) return `Frag needed and DF set (mtu = ${mtu})`;
    if (type === 3) return UNREACHABLE[code] ?? `Dest Unreachable, Bad Code: ${code}`;
    if (type === 11) {
      if (code === 0) return 'Time to live exceeded';
      return code === 1 ? 'Frag reassembly time exceeded' : `Time exceeded, Bad Code: ${code}`;
    }
    return type === 12 ? 'Parameter problem: pointer = 0' : `Bad ICMP type: ${type}`;
  }
  if (type === 1) return `Destination unreachable: ${UNREACHABLE6[code] ?? `Unknown code ${code}`}`;
  if (type === 2) return `Packet too big: mtu=${mtu}`;
  if (type === 3) {
    const what = code === 0 ? 'Hop limit' : code === 1 ? 'Defragmentation failure' : `code ${code}`;
    return `Time exceeded: ${what}`;
  }
  if (type === 4) {
    const what =
      code === 0
        ? 'Wrong header field '
        : code === 1
          ? 'Unknown header '
          : code === 2
            ? 'Unknown option '
            : `code ${code} `;
    return `Parameter problem: ${what}at 0`;
  }
  return `unknown icmp type: ${type}`;
}

/** What has been counted so far. */
export class PingStatistics {
  sent = 0;
  received = 0;
  duplicates = 0;
  errors = 0;
  /** Most requests that were under way when an answer or an error came for the oldest of them. */
  pipe = 0;
  #shortest = Number.MAX_SAFE_INTEGER;
  #longest = 0;
  #sum = 0;
  #squares = 0;
  #acknowledged = 0;
  #timed = 0;

  get longest(): number {
    return this.#longest;
  }

  /** Requests sent after the last one that something was heard of. */
  get inFlight(): number {
    return this.sent - this.#acknowledged;
  }

  /** Something was heard of request number `sequence`, counted from 1. */
  acknowledge(sequence: number): void {
    this.pipe = Math.max(this.pipe, this.sent - sequence + 1);
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
  }

  time(microseconds: number): void {
    this.#timed += 1;
    this.#sum += microseconds;
    this.#squares += microseconds * microseconds;
    this.#shortest = Math.min(this.#shortest, microseconds);
    this.#longest = Math.max(this.#longest, microseconds);
  }

  /** The lines at the end. `duration` is from the first request to the last. */
  summary(target: string, duration: Nanoseconds): string {
    const parts = [`${this.sent} packets transmitted`, `${this.received} received`];
    if (this.duplicates > 0) parts.push(`+${this.duplicates} duplicates`);
    if (this.errors > 0) parts.push(`+${this.errors} errors`);
    if (this.sent > 0) {
      const loss = ((this.sent - this.received) * 100) / this.sent;
      parts.push(`${shortNumber(loss)}% packet loss`, `time ${Math.round(duration / 1e6)}ms`);
    }
    const last: string[] = [];
    if (this.received > 0 && this.#timed > 0) last.push(this.#times());
    if (this.pipe > 1) last.push(`pipe ${this.pipe}`);
    return `\n--- ${target} ping statistics ---\n${parts.join(', ')}\n${last.join(', ')}\n`;
  }

  /** The deviation is the square root of the mean square less the squared mean, in whole microseconds. */
  #times(): string {
    const count = this.received + this.duplicates;
    const mean = Math.floor(this.#sum / count);
    const variance = Math.floor((this.#squares - Math.floor((this.#sum * this.#sum) / count)) / count);
    const deviation = Math.floor(Math.sqrt(Math.max(0, variance)));
    const values = [this.#shortest, mean, this.#longest, deviation].map((us) => decimal(us, 1, 3));
    return `rtt min/avg/max/mdev = ${values.join('/')} ms`;
  }
}

/** As `%g` prints it: six significant digits, no zeros at the end. */
export function shortNumber(value: number): string {
  return String(Number(Math.fround(value).toPrecision(6)));
}

/** `PING …`: where to, and how much. */
export function headerText(
  target: string,
  address: Ip,
  addressShown: string,
  from: string,
  size: number,
): string {
  return isV4(address)
    ? `PING ${target} (${addressShown}) ${from}${size}(${size + 28}) bytes of data.\n`
    : `PING ${target}(${addressShown}) ${from}${size} data bytes\n`;
}
