// The page's build: the message that a figure begins with, and all that is said of it.
import type { RunView, WhyStep } from '#engine/inspect/view.ts';
import type { FrameView } from '../engine/figure.ts';
import { entriesOf, neededFor, type Shown, shownOf } from './dns-message-entries.ts';
import { type DnsMessageBytes, messageIn, type PackedMessage, packMessage } from './dns-message-tree.ts';

/** The part of a run that is asked here. */
interface Asked {
  view(): RunView;
  frame(frame: number): FrameView;
  why(event: number): readonly WhyStep[];
  filter(expression: string): readonly number[];
}

/** A packet's number; or a filter, and which of the messages that it lets through, from 1. */
export type WhichMessage = number | { readonly filter: string; readonly ordinal?: number | undefined };

/** {@link Shown} as it travels in the island's props. */
export interface BuiltMessage extends Omit<Shown, 'message'> {
  readonly packed: PackedMessage;
  /** Of the run. */
  readonly digest: string;
}

/** Throws when there is no such message: the build stops. */
export function buildMessage(session: Asked, which: WhichMessage): BuiltMessage {
  const view = session.view();
  const entries = entriesOf(view);
  const byNumber = typeof which === 'number';
  const passing = byNumber ? undefined : new Set(session.filter(which.filter));
  const found = entries.filter(({ packet, number }) => (passing ? passing.has(packet) : number === which));
  const entry = found[byNumber ? 0 : (which.ordinal ?? 1) - 1];
  if (!entry) {
    const wanted = byNumber
      ? `packet ${which}`
      : `“${which.filter}”, number ${which.ordinal ?? 1} of ${found.length}`;
    throw new Error(`no DNS message is ${wanted}`);
  }
  const messages = new Map<number, DnsMessageBytes>();
  for (const one of neededFor(entries, entry)) {
    const message = messageIn(session.frame(one.frame));
    if (message) messages.set(one.packet, message);
  }
  const shown = shownOf(entries, entry, messages, session.why(entry.event));
  if (!shown) throw new Error(`packet ${entry.number} holds no DNS message, only a part of one`);
  const { message, ...rest } = shown;
  return { ...rest, packed: packMessage(message), digest: view.digest };
}
