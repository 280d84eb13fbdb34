/**
 * The states of a connection and what moves it between them, as data (RFC 9293 §3.3.2, Figure 5, with the arrows
 * that the figure leaves to the text of §3.10). The machine steps through this table and the chapter draws it.
 *
 * Deviations: CLOSE in SYN-RECEIVED waits for ESTABLISHED, where §3.10.4 sends a FIN at once when nothing is queued (the
 * one arrow of the figure that is missing here); in SYN-SENT it waits when something is queued, where §3.10.4 drops that;
 * a SYN in SYN-RECEIVED repeats the SYN-ACK or is challenged, where §3.10.7.4 goes back to LISTEN after a passive open.
 * The figure says SEND where LISTEN becomes SYN-SENT; §3.10.1 has an active OPEN do the same.
 */
import { Misuse } from '../../base/errors.ts';

export type TcpState =
  | 'CLOSED'
  | 'LISTEN'
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

/** What can move a connection. */
export type Trigger =
  | 'passive open'
  | 'active open'
  | 'rcv SYN'
  | 'rcv SYN, ACK'
  | 'rcv ACK of SYN'
  | 'close'
  | 'rcv ACK of FIN'
  | 'rcv FIN'
  | '2 MSL over'
  | 'rcv RST'
  | 'abort'
  | 'give up';

export interface Transition {
  readonly from: TcpState;
  readonly trigger: Trigger;
  readonly to: TcpState;
  /** What is sent with it, as the figure writes it; empty for nothing. */
  readonly sends: string;
  readonly spec: string;
  /** False for the arrows that Figure 5 leaves out. */
  readonly drawn: boolean;
}

function arrow(
  from: TcpState,
  trigger: Trigger,
  to: TcpState,
  sends: string,
  spec: string,
  drawn = true,
): Transition {
  return { from, trigger, to, sends, spec: `RFC 9293 §${spec}`, drawn };
}

export const TRANSITIONS: readonly Transition[] = [
  arrow('CLOSED', 'passive open', 'LISTEN', '', '3.10.1'),
  arrow('CLOSED', 'active open', 'SYN-SENT', 'SYN', '3.10.1'),
  arrow('LISTEN', 'active open', 'SYN-SENT', 'SYN', '3.10.1'),
  arrow('LISTEN', 'rcv SYN', 'SYN-RECEIVED', 'SYN, ACK', '3.10.7.2'),
  arrow('LISTEN', 'close', 'CLOSED', '', '3.10.4'),
  arrow('SYN-SENT', 'rcv SYN', 'SYN-RECEIVED', 'SYN, ACK', '3.10.7.3'),
  arrow('SYN-SENT', 'rcv SYN, ACK', 'ESTABLISHED', 'ACK', '3.10.7.3'),
  arrow('SYN-SENT', 'close', 'CLOSED', '', '3.10.4'),
  arrow('SYN-RECEIVED', 'rcv ACK of SYN', 'ESTABLISHED', '', '3.10.7.4'),
  arrow('ESTABLISHED', 'close', 'FIN-WAIT-1', 'FIN', '3.10.4'),
  arrow('ESTABLISHED', 'rcv FIN', 'CLOSE-WAIT', 'ACK', '3.10.7.4'),
  arrow('FIN-WAIT-1', 'rcv ACK of FIN', 'FIN-WAIT-2', '', '3.10.7.4'),
  arrow('FIN-WAIT-1', 'rcv FIN', 'CLOSING', 'ACK', '3.10.7.4'),
  arrow('FIN-WAIT-2', 'rcv FIN', 'TIME-WAIT', 'ACK', '3.10.7.4'),
  arrow('CLOSING', 'rcv ACK of FIN', 'TIME-WAIT', '', '3.10.7.4'),
  arrow('CLOSE-WAIT', 'close', 'LAST-ACK', 'FIN', '3.10.4'),
  arrow('LAST-ACK', 'rcv ACK of FIN', 'CLOSED', '', '3.10.7.4'),
  arrow('TIME-WAIT', '2 MSL over', 'CLOSED', '', '3.10.8'),
  ...outOf(
    ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'],
    'rcv RST',
    '',
    '3.10.7.4',
  ),
  ...outOf(['SYN-SENT'], 'rcv RST', '', '3.10.7.3'),
  // After a passive open only; after an active one the connection ends (the machine asks for 'give up' then).
  arrow('SYN-RECEIVED', 'rcv RST', 'LISTEN', '', '3.10.7.4'),
  ...outOf(
    ['SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT'],
    'abort',
    'RST',
    '3.10.5',
  ),
  ...outOf(['LISTEN', 'SYN-SENT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'], 'abort', '', '3.10.5'),
  ...outOf(
    [
      'SYN-SENT',
      'SYN-RECEIVED',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'CLOSE-WAIT',
      'CLOSING',
      'LAST-ACK',
    ],
    'give up',
    '',
    '3.10.8',
  ),
];

function outOf(states: readonly TcpState[], trigger: Trigger, sends: string, section: string): Transition[] {
  return states.map((from) => arrow(from, trigger, 'CLOSED', sends, section, false));
}

const NEXT = new Map(TRANSITIONS.map((one) => [`${one.from}|${one.trigger}`, one.to]));

/** Where `trigger` leads from `from`. Throws {@link Misuse} when the table has no such arrow. */
export function nextState(from: TcpState, trigger: Trigger): TcpState {
  const to = NEXT.get(`${from}|${trigger}`);
  if (to === undefined) throw new Misuse(`no transition from ${from} on “${trigger}”`);
  return to;
}

/** States in which both sides have seen each other's SYN acknowledged (RFC 9293 §3.5.2, third group). */
export function isSynchronized(state: TcpState): boolean {
  return state !== 'CLOSED' && state !== 'LISTEN' && state !== 'SYN-SENT' && state !== 'SYN-RECEIVED';
}

/** States in which an abort tells the peer (RFC 9293 §3.10.5). */
export const RESETS_ON_ABORT: ReadonlySet<TcpState> = new Set([
  'SYN-RECEIVED',
  'ESTABLISHED',
  'FIN-WAIT-1',
  'FIN-WAIT-2',
  'CLOSE-WAIT',
] as const);
/** States in which the program may write; what it writes before ESTABLISHED waits. */
export const MAY_SEND: ReadonlySet<TcpState> = new Set([
  'LISTEN',
  'SYN-SENT',
  'SYN-RECEIVED',
  'ESTABLISHED',
  'CLOSE-WAIT',
] as const);
