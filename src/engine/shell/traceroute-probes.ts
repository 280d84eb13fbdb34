/**
 * The probes of a `traceroute`: which to send now, how long to wait for each, what to print when (as traceroute 2.1.2
 * decides it). It reads no clock and sends nothing.
 *
 * Up to sixteen are under way at once. Lines come out in order: the oldest that is not printed is waited for, at most
 * as long as `-w` says, less when a probe to the same hop or a later one has been answered sooner.
 */
import { MILLISECOND, type Nanoseconds, NEVER } from '../base/units.ts';
import type { TracerouteOptions } from './traceroute-options.ts';

/** What came back for a probe. */
export interface ProbeAnswer {
  /** Who answered, as it is printed; undefined when it was this machine itself. */
  readonly from: { readonly text: string; readonly key: string } | undefined;
  readonly at: Nanoseconds;
  /** `!H`, `!F-1400`; empty for the destination's answer and for time exceeded. */
  readonly mark: string;
  /** False for time exceeded: there is more to find. */
  readonly isFinal: boolean;
  /** Hop limit that the answer arrived with. */
  readonly hopLimit: number;
}

export interface Probe {
  readonly ttl: number;
  /** Position in its hop, from 0. */
  readonly nth: number;
  sentAt: Nanoseconds | undefined;
  /** Answered, or given up. */
  isDone: boolean;
  answer: ProbeAnswer | undefined;
}

export interface Step {
  readonly text: string;
  /** When to step again, if nothing comes before. */
  readonly wakeAt: Nanoseconds;
  readonly isOver: boolean;
}

/** Added to an answer's time before it is multiplied: clocks are coarse. */
const SLACK: Nanoseconds = MILLISECOND;

type Pace = Pick<
  TracerouteOptions,
  'firstHop' | 'maxHops' | 'queries' | 'together' | 'wait' | 'hereFactor' | 'nearFactor' | 'pause'
>;

export class ProbeTable {
  readonly #pace: Pace;
  readonly #probes: Probe[];
  /** The first probe that is not printed, and the first that will not be. */
  #start: number;
  #end: number;
  #lastSent = -NEVER;

  constructor(pace: Pace) {
    this.#pace = pace;
    this.#probes = Array.from({ length: pace.maxHops * pace.queries }, (_, i) => ({
      ttl: Math.floor(i / pace.queries) + 1,
      nth: i % pace.queries,
      sentAt: undefined,
      isDone: false,
      answer: undefined,
    }));
    this.#start = (pace.firstHop - 1) * pace.queries;
    this.#end = this.#probes.length;
  }

  answered(probe: Probe, answer: ProbeAnswer): void {
    probe.isDone = true;
    probe.answer = answer;
  }

  /**
   * What is due at `now`. `send` is called for each probe that leaves, and may answer it at once.
   */
  step(now: Nanoseconds, send: (probe: Probe) => void): Step {
    let text = '';
    // when to look again: at the time-out of the oldest probe, because no other can be given up before it
    let wakeAt: Nanoseconds | undefined;
    let underWay = 0;
    for (let i = this.#start; i < this.#end; i++) {
      const probe = this.#probes[i]!;
      if (i === this.#start && !probe.isDone && probe.sentAt !== undefined) {
        const expiry = probe.sentAt + this.#patience(i);
        if (expiry > now) wakeAt = expiry;
        else this.#expire(i);
      }
      if (probe.isDone) {
        if (i === this.#start) {
          text += this.#line(i);
          this.#start += 1;
        }
        if (probe.answer?.isFinal) this.#end = probe.ttl * this.#pace.queries;
        continue;
      }
      if (probe.sentAt === undefined) {
        const next = this.#lastSent + this.#pace.pause;
        if (this.#pace.pause > 0 && next > now) {
          wakeAt = Math.min(wakeAt ?? next, next);
          break;
        }
        probe.sentAt = now;
        this.#lastSent = now;
        send(probe);
      }
      if (probe.isDone && i === this.#start) wakeAt = now;
      wakeAt ??= probe.sentAt + this.#patience(i);
      underWay += 1;
      if (underWay >= this.#pace.together) break;
    }
    return { text, wakeAt: wakeAt ?? now, isOver: this.#start >= this.#end };
  }

  /** How long probe `i` is waited for. */
  #patience(i: number): Nanoseconds {
    const { wait, hereFactor, nearFactor, queries } = this.#pace;
    const limited = (probe: Probe | undefined, factor: number): Nanoseconds | undefined => {
      const trip = probe?.answer && probe.sentAt !== undefined ? probe.answer.at - probe.sentAt : 0;
      return trip > 0 ? Math.min(wait, (trip + SLACK) * factor) : undefined;
    };
    if (hereFactor > 0) {
      const first = i - (i % queries);
      for (let k = first; k < first + queries; k++) {
        const found = limited(this.#probes[k], hereFactor);
        if (found !== undefined) return found;
      }
    }
    if (nearFactor > 0) {
      for (let k = i + 1; k < this.#probes.length && this.#probes[k]!.sentAt !== undefined; k++) {
        const found = limited(this.#probes[k], nearFactor);
        if (found !== undefined) return found;
      }
    }
    return wait;
  }

  /**
   * Gives a probe up. When the end of the way has been heard of at a later probe only, as an error from the same
   * router that said “time exceeded” before, its answer belongs here: routers limit how often they complain.
   */
  #expire(i: number): void {
    const probe = this.#probes[i]!;
    probe.isDone = true;
    const hop = this.#probes.slice(i - probe.nth, i);
    if (hop.some(({ isDone, answer }) => !isDone || !answer?.isFinal)) return;
    let later = -1;
    for (let k = i + 1; k < this.#probes.length && this.#probes[k]!.sentAt !== undefined; k++) {
      if (!this.#probes[k]!.isDone) continue;
      later = k;
      break;
    }
    const found = later < 0 ? undefined : this.#probes[later]!.answer;
    if (!found?.isFinal || found.mark === '') return;
    const isSameHop = hop.length > 0 || probe.nth + (later - i) < this.#pace.queries;
    if (!isSameHop && !this.#wasHeardBefore(i, found) && !this.#isNearEnough(i, found)) return;
    probe.answer = found;
    probe.sentAt = this.#probes[later]!.sentAt;
    const emptied = this.#probes[later]!;
    emptied.answer = undefined;
    emptied.isDone = false;
    // not sent again, and not waited for either
    emptied.sentAt = -NEVER;
  }

  #wasHeardBefore(i: number, { from }: ProbeAnswer): boolean {
    return this.#probes.slice(0, i).some(({ answer }) => answer?.from && answer.from.key === from?.key);
  }

  /** By the hop limits that the answers came with: how far away their senders are, if the ways back are like the ways there. */
  #isNearEnough(i: number, found: ProbeAnswer): boolean {
    let hops = hopsAway(found.hopLimit);
    for (let k = i - 1; k >= 0; k--) {
      const { answer, ttl } = this.#probes[k]!;
      if (!answer || answer.isFinal) continue;
      const before = hopsAway(answer.hopLimit);
      if (before < hops) {
        hops = hops - before + ttl;
        break;
      }
    }
    return hops <= this.#probes[i]!.ttl;
  }

  /** What is printed of probe `i`: its hop's number when it is the first, who answered when that is news, the time. */
  #line(i: number): string {
    const { ttl, nth, answer, sentAt } = this.#probes[i]!;
    let text = nth === 0 ? `\n${String(ttl).padStart(2)} ` : '';
    if (!answer?.from) text += ' *';
    else if (this.#isNews(i)) text += ` ${answer.from.text}`;
    if (answer) text += `  ${((answer.at - sentAt!) / MILLISECOND).toFixed(3)} ms`;
    if (answer && answer.mark !== '') text += ` ${answer.mark}`;
    return text;
  }

  #isNews(i: number): boolean {
    const { nth, answer } = this.#probes[i]!;
    for (let k = i - 1; k >= i - nth; k--) {
      const before = this.#probes[k]!.answer?.from;
      if (before) return before.key !== answer!.from!.key;
    }
    return true;
  }
}

/** Systems begin at 64, 128 or 255. */
function hopsAway(hopLimit: number): number {
  const began = hopLimit <= 64 ? 64 : hopLimit <= 128 ? 128 : 255;
  return began - hopLimit + 1;
}
