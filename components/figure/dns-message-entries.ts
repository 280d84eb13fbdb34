// The DNS messages of a run, which answers which, and why a field of one has the value that it has: from what the machine
// that sent it had been told in this run. All of it is read from the run's packets and their dissections.
import type { RunView, WhyStep } from '#engine/inspect/view.ts';
import { formatDuration, formatNumber } from '../engine/format.ts';
import { type Field, fieldsOf } from '../player/fields.ts';
import { type DnsMessageBytes, HEADER_BITS } from './dns-message-tree.ts';

/** One message of a run, as the list shows it. */
export interface Entry {
  /** Index into the view's packets. */
  readonly packet: number;
  readonly number: number;
  /** Nanoseconds. */
  readonly time: number;
  /** Indices into the view's machines, and what sentences call them. */
  readonly from: number;
  readonly to: number;
  readonly fromLabel: string;
  readonly toLabel: string;
  /** Who sent it, within a sentence: `the resolver`. */
  readonly sender: string;
  readonly title: string;
  readonly info: string;
  readonly event: number;
  /** The frame in which its maker sent it. */
  readonly frame: number;
  /** Same number: a question and what answers it. */
  readonly conversation: number;
  readonly outcome: RunView['packets'][number]['outcome'];
}

/** `positions`: those that a filter lets through; all, when there is none. */
export function entriesOf(view: RunView, positions?: readonly number[]): Entry[] {
  const frames = new Map<number, number>();
  view.hops.packet.forEach((packet, hop) => {
    if (!frames.has(packet)) frames.set(packet, view.hops.frame[hop]!);
  });
  const wanted = positions && new Set(positions);
  return view.packets.flatMap((packet, i) => {
    const frame = frames.get(i);
    if (packet.layer !== 'dns' || frame === undefined || (wanted && !wanted.has(i))) return [];
    const { number, time, from, to, title, info, event, conversation, outcome } = packet;
    const [fromLabel, toLabel] = [view.machines[from]!.label, view.machines[to]!.label];
    const sender = view.machines[from]!.called.replace(/^The /, 'the ');
    const entry = {
      packet: i,
      number,
      time,
      from,
      to,
      fromLabel,
      toLabel,
      sender,
      title,
      info,
      event,
      frame,
      conversation,
      outcome,
    };
    return [entry];
  });
}

/** The question of the exchange that this message belongs to; undefined when it is that itself. */
function questionOf(entries: readonly Entry[], entry: Entry): Entry | undefined {
  const first = entries.find(({ conversation }) => conversation === entry.conversation);
  return first && first !== entry && first.from !== entry.from ? first : undefined;
}

/** How many earlier messages are asked for what they said. */
const MOST_EARLIER = 24;

/** The messages that are needed to show one: itself, its question, and what its sender had heard. */
export function neededFor(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const question = questionOf(entries, entry);
  return [...new Set([entry, ...(question ? [question] : []), ...heardBefore(entries, entry)])];
}

/** What its sender had heard before it sent this, the latest first. */
function heardBefore(entries: readonly Entry[], entry: Entry): Entry[] {
  return entries
    .filter(
      ({ to, time, packet, outcome }) =>
        to === entry.from && time < entry.time && packet !== entry.packet && outcome === 'delivered',
    )
    .reverse()
    .slice(0, MOST_EARLIER);
}

interface Said {
  readonly entry: Entry;
  readonly message: DnsMessageBytes;
}

/** The message and what is around it. */
interface Context {
  readonly entry: Entry;
  readonly message: DnsMessageBytes;
  readonly question: Said | undefined;
  readonly heard: readonly Said[];
}

export const fieldsOfMessage = ({ root }: DnsMessageBytes): Field[] =>
  fieldsOf({ ...root, label: '', children: [root] });

/** Plain fields of the header whose value differs from the question's: what they were, by path. */
function changedInHeader(message: DnsMessageBytes, question: DnsMessageBytes): Record<string, string> {
  const before = new Map(headerOf(question).map(({ node }) => [node.bitStart, node.text]));
  const changed: Record<string, string> = {};
  for (const { node, path } of headerOf(message)) {
    const was = before.get(node.bitStart);
    if (was !== undefined && was !== node.text) changed[path] = was;
  }
  return changed;
}

const headerOf = (message: DnsMessageBytes): Field[] =>
  fieldsOfMessage(message).filter(
    ({ node, children }) => children.length === 0 && node.bitStart < HEADER_BITS,
  );

/** All that is shown of one message. */
export interface Shown {
  readonly entry: Entry;
  readonly message: DnsMessageBytes;
  /** Why fields have their values, by path; fields of which the run tells nothing are not in it. */
  readonly reasons: Readonly<Record<string, readonly string[]>>;
  /** What fields of the header were in the question, by path, where that was something else; undefined in a question. */
  readonly changes: Readonly<Record<string, string>> | undefined;
  /** What its sender did, and why. */
  readonly why: { readonly title: string; readonly reason: string } | undefined;
}

/** Undefined when the frame holds no message. `messages` by packet: those of {@link neededFor} that are there. */
export function shownOf(
  entries: readonly Entry[],
  entry: Entry,
  messages: ReadonlyMap<number, DnsMessageBytes>,
  steps: readonly WhyStep[],
): Shown | undefined {
  const message = messages.get(entry.packet);
  if (!message) return undefined;
  const said = (one: Entry | undefined): Said[] => {
    const found = one && messages.get(one.packet);
    return found ? [{ entry: one, message: found }] : [];
  };
  const [question] = said(questionOf(entries, entry));
  const context = { entry, message, question, heard: heardBefore(entries, entry).flatMap(said) };
  const reasons: Record<string, readonly string[]> = {};
  for (const field of fieldsOfMessage(message)) {
    const found = reasonsOf(field, context);
    if (found.length > 0) reasons[field.path] = found;
  }
  const changes = question && changedInHeader(message, question.message);
  return { entry, message, reasons, changes, why: whyMessage(steps, entry.packet) };
}

/** Why this field has this value in this message, as far as the run tells; empty when it does not. */
function reasonsOf(field: Field, context: Context): string[] {
  const { bitStart } = field.node;
  if (bitStart < HEADER_BITS && field.children.length === 0) return headerReasons(field, context);
  const record = ancestors(field).find((one) => isRecord(one));
  if (!record || ancestors(field).some((one) => one !== record && isRecord(one))) return [];
  return recordReasons(field, record, context);
}

const ID_BIT = 0;
const QR_BIT = 16;
const RCODE_BIT = 28;
const COUNTS_BIT = 32;

function headerReasons(field: Field, { entry, question, message }: Context): string[] {
  const { bitStart, text } = field.node;
  const sender = entry.sender;
  const asker = question && question.entry.sender;
  const asked =
    question &&
    fieldsOfMessage(question.message).find(
      ({ node, children }) => node.bitStart === bitStart && children.length === 0,
    );
  if (bitStart >= COUNTS_BIT) return [];
  if (bitStart === QR_BIT)
    return [question ? `It answers packet ${question.entry.number}.` : 'It asks, and answers nothing.'];
  if (!question || !asked) {
    return bitStart === ID_BIT
      ? [`${capital(sender)} chose it for this question. Whoever answers must repeat it.`]
      : [];
  }
  const isSame = asked.node.text === text;
  if (bitStart === ID_BIT)
    return [
      isSame
        ? `${capital(sender)} repeats what ${asker} wrote in packet ${question.entry.number}.`
        : `It is not the ID of the question, ${asked.node.text}: ${asker} must not believe it.`,
    ];
  if (bitStart === RCODE_BIT) return answered(message);
  return isSame ? [`As in the question.`] : [`The question had ${asked.node.text}; ${sender} wrote ${text}.`];
}

function answered({ root }: DnsMessageBytes): string[] {
  const count = (at: number) => Number(root.children.find(({ bitStart }) => bitStart === at)?.value ?? 0);
  const [answers, authorities] = [count(48), count(64)];
  const rcode = Number(root.children.find(({ bitStart }) => bitStart === RCODE_BIT)?.value ?? 0);
  if (rcode !== 0) return [];
  if (answers > 0) return ['Nothing failed, and there is an answer.'];
  return authorities > 0
    ? [
        'Nothing failed, though there is no answer: see the authority section for who knows, or that nobody does.',
      ]
    : ['Nothing failed.'];
}

const isRecord = ({ children, level }: Field): boolean => level === 3 && children.length >= 5;

function ancestors(field: Field): Field[] {
  const found: Field[] = [];
  for (let one: Field | undefined = field; one; one = one.parent) found.push(one);
  return found;
}

/** Where the record came from: the last message to this sender that held it. */
function recordReasons(field: Field, record: Field, { entry, heard }: Context): string[] {
  const parts = partsOf(record);
  if (!parts || parts.isOpt) return [];
  for (const said of heard) {
    for (const other of fieldsOfMessage(said.message).filter(isRecord)) {
      const before = partsOf(other);
      if (!before || before.key !== parts.key) continue;
      const source = `${capital(said.entry.sender)} said so in packet ${said.entry.number}`;
      if (field !== parts.ttl && !ancestors(field).includes(parts.ttl)) return [`${source}.`];
      const passed = before.seconds - parts.seconds;
      const since = formatDuration(entry.time - said.entry.time);
      if (passed === 0) return [`${source}, ${since} before: not a second is over.`];
      return passed > 0
        ? [
            `${source}, with ${formatNumber(before.seconds)}\u00a0s; ${formatNumber(passed)}\u00a0s of them are over.`,
          ]
        : [`${source}, with ${formatNumber(before.seconds)}\u00a0s.`];
    }
  }
  return [];
}

interface RecordParts {
  /** Owner, type and data, in words. */
  readonly key: string;
  readonly ttl: Field;
  readonly seconds: number;
  readonly isOpt: boolean;
}

/** A record is an owner, a type, a class, a TTL and data (RFC 1035 §4.1.3), in this order. */
function partsOf(record: Field): RecordParts | undefined {
  const [owner, type, , ttl, , ...data] = record.children;
  if (!owner || !type || !ttl) return undefined;
  const isOpt = ttl.children.length > 0;
  const key = [owner, type, ...data].map(({ node }) => node.text.toLowerCase()).join(' ');
  return { key, ttl, seconds: Number(ttl.node.value ?? 0), isOpt };
}

/** The sentence for the whole message: what its sender did, and the recorded reason. */
function whyMessage(
  steps: readonly WhyStep[],
  packet: number,
): { readonly title: string; readonly reason: string } | undefined {
  // That it was sent is no reason.
  const deeds = steps.filter(
    ({ layer, reason }) => layer === 'dns' && reason !== '' && !reason.startsWith('It follows'),
  );
  // A packet that had to wait (for ARP, say) is sent long after the decision, which then is about no packet.
  const of = (wanted: number | undefined) => deeds.findLast(({ packet: about }) => about === wanted);
  const found = of(packet) ?? of(undefined);
  return found && { title: found.title, reason: found.reason };
}

/** At the beginning of a sentence; names of machines stay as they are. */
const capital = (text: string): string => text.replace(/^the /, 'The ');
