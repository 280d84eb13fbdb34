/**
 * Where a packet filter stands in the way of datagrams: on the way in to the machine itself, through it, and out of it.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Family } from '../../base/ip.ts';

/** `input`: for the machine itself. `forward`: passes through. `output`: the machine's own. */
export type FilterChain = 'input' | 'forward' | 'output';

/** `drop` says nothing to the sender, `reject` tells it. */
export type FilterVerdict =
  | { readonly action: 'accept' }
  | { readonly action: 'drop'; readonly reason: string }
  /** How to say no: a TCP reset, or ICMP “administratively prohibited”. */
  | { readonly action: 'reject'; readonly reason: string; readonly answer: 'reset' | 'prohibited' };

/** A verdict against a datagram. */
export type Objection = Exclude<FilterVerdict, { readonly action: 'accept' }>;

export interface FilterHook {
  /** The IP header is at `at`; addresses are the inside's, whatever NAT does. Interface names, where there is one. */
  judge(
    chain: FilterChain,
    inNic: string | undefined,
    outNic: string | undefined,
    bytes: Bytes,
    at: number,
    family: Family,
  ): FilterVerdict;
  /** The machine restarts. */
  clear(): void;
}
