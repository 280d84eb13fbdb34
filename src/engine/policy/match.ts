/**
 * Rules in order, of which the first that fits decides: what packet filters and access lists have in common.
 *
 * A condition names what it looks at and leaves the rest open; of several values in one of its fields any will do. Pure:
 * no clock, no state, no packets, only what somebody has read from one. {@link mismatch} says why a rule does not fit, so
 * that a decision can be explained and not only made.
 */
import { type Cidr, formatCidr, inCidr } from '../base/cidr.ts';
import { type Family, familyOf, formatIp, type Ip } from '../base/ip.ts';

/** Where in a machine a packet is looked at: it is for the machine, passes through, or comes from the machine. */
export type Chain = 'input' | 'forward' | 'output';

/**
 * How a packet relates to the connections that are known: it begins one, belongs to one, is an error about one, belongs
 * to none though it should; or is of a kind that is not followed.
 */
export type ConnectionState = 'new' | 'established' | 'related' | 'invalid' | 'untracked';

/** First and last port, both included. */
export type PortSpan = readonly [first: number, last: number];

/** What is known of a packet. */
export interface Subject {
  readonly chain: Chain;
  readonly protocol: number;
  readonly source: Ip;
  readonly destination: Ip;
  /** Undefined for protocols without ports. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  readonly icmpType: number | undefined;
  /** Names of interfaces; undefined where the packet starts or ends here. */
  readonly in: string | undefined;
  readonly out: string | undefined;
  readonly state: ConnectionState;
}

/** What a rule asks of a packet. An empty condition fits everything. */
export interface Condition {
  readonly chains?: readonly Chain[];
  readonly family?: Family;
  readonly protocols?: readonly number[];
  readonly from?: readonly Cidr[];
  readonly to?: readonly Cidr[];
  readonly fromPorts?: readonly PortSpan[];
  readonly toPorts?: readonly PortSpan[];
  readonly icmpTypes?: readonly number[];
  readonly in?: readonly string[];
  /** None of these; a packet that starts here came in by none. */
  readonly notIn?: readonly string[];
  readonly out?: readonly string[];
  readonly notOut?: readonly string[];
  readonly states?: readonly ConnectionState[];
}

export interface Rule<Action> {
  /** What it is for, in words that can follow “because of the rule”. */
  readonly name: string;
  readonly when: Condition;
  readonly action: Action;
}

/** The first rule that fits, or undefined: then the caller's default holds. */
export function firstMatch<Action>(
  rules: readonly Rule<Action>[],
  subject: Subject,
): Rule<Action> | undefined {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i]!;
    if (mismatch(rule.when, subject) === undefined) return rule;
  }
  return undefined;
}

/** The first thing about the packet that the condition does not allow; undefined when it fits. */
export function mismatch(when: Condition, subject: Subject): string | undefined {
  const { source, destination, sourcePort, destinationPort } = subject;
  if (when.chains && !when.chains.includes(subject.chain)) return `the chain ${subject.chain}`;
  if (when.family !== undefined && when.family !== familyOf(source)) return `IPv${familyOf(source)}`;
  if (when.states && !when.states.includes(subject.state)) return `the state ${subject.state}`;
  if (when.in && !has(when.in, subject.in)) return `coming in by ${subject.in ?? 'no interface'}`;
  if (when.notIn && has(when.notIn, subject.in)) return `coming in by ${subject.in}`;
  if (when.out && !has(when.out, subject.out)) return `going out by ${subject.out ?? 'no interface'}`;
  if (when.notOut && has(when.notOut, subject.out)) return `going out by ${subject.out}`;
  if (when.protocols && !when.protocols.includes(subject.protocol)) return `protocol ${subject.protocol}`;
  if (when.icmpTypes && !has(when.icmpTypes, subject.icmpType))
    return subject.icmpType === undefined ? 'no ICMP' : `ICMP type ${subject.icmpType}`;
  if (when.from && !covers(when.from, source)) return `the source ${formatIp(source)}`;
  if (when.to && !covers(when.to, destination)) return `the destination ${formatIp(destination)}`;
  if (when.fromPorts && !spans(when.fromPorts, sourcePort)) return `the source port ${sourcePort ?? 'none'}`;
  if (when.toPorts && !spans(when.toPorts, destinationPort))
    return `the destination port ${destinationPort ?? 'none'}`;
  return undefined;
}

/** `protocol 6, to 192.168.1.80/32, to port 80, new`: what a condition asks; `anything` when it asks for nothing. */
export function conditionText(when: Condition): string {
  const parts: string[] = [];
  const say = <T>(
    values: readonly T[] | undefined,
    before: string,
    text: (value: T) => string = String,
  ): void => {
    if (values) parts.push(`${before}${values.map(text).join(' or ')}`);
  };
  const span = ([first, last]: PortSpan): string => (first === last ? String(first) : `${first}–${last}`);
  say(when.chains, '');
  if (when.family !== undefined) parts.push(`IPv${when.family}`);
  say(when.in, 'in by ');
  say(when.notIn, 'not in by ');
  say(when.out, 'out by ');
  say(when.notOut, 'not out by ');
  say(when.protocols, 'protocol ');
  say(when.icmpTypes, 'ICMP type ');
  say(when.from, 'from ', formatCidr);
  say(when.fromPorts, 'from port ', span);
  say(when.to, 'to ', formatCidr);
  say(when.toPorts, 'to port ', span);
  say(when.states, '');
  return parts.length === 0 ? 'anything' : parts.join(', ');
}

function has<T>(allowed: readonly T[], value: T | undefined): boolean {
  return value !== undefined && allowed.includes(value);
}

function covers(prefixes: readonly Cidr[], address: Ip): boolean {
  return prefixes.some((prefix) => inCidr(address, prefix));
}

function spans(allowed: readonly PortSpan[], port: number | undefined): boolean {
  return port !== undefined && allowed.some(([first, last]) => port >= first && port <= last);
}
