/**
 * A program that looks one name up again and again, as a health check or an impatient person does, and says what it got.
 *
 * Each time is the event `watch.name` {name, addresses, code}: one of the last two is null.
 */
import { formatIp } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { ProgramError, sleep, type Task } from '../sim/task.ts';
import type { SystemResolver } from './system-resolver.ts';

export interface NameWatch {
  readonly name: string;
  /** From the end of one lookup to the start of the next. */
  readonly every: Nanoseconds;
  readonly times: number;
  /** Ends as soon as there is an address. */
  readonly untilFound?: boolean;
}

export function* watchName(host: Host, resolver: SystemResolver, watch: NameWatch): Task {
  const { name, every, times, untilFound = false } = watch;
  for (let i = 0; i < times; i++) {
    if (i > 0) yield* sleep(host.world.kernel, every);
    try {
      const addresses = yield* resolver.lookup(name);
      host.because({
        kind: 'watch.name',
        detail: { name, addresses: addresses.map(formatIp).join(', '), code: null },
      });
      if (untilFound) return;
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      host.because({ kind: 'watch.name', detail: { name, addresses: null, code: error.code } });
    }
  }
}
