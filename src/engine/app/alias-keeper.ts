/**
 * What hosters sell as ALIAS or ANAME: a name server that looks a target up itself, every so often, and publishes its
 * addresses as if they were its own. No RFC says how; the record type never became one.
 *
 * Each change is the event `alias.follow` {target, addresses}, each failure `alias.keep` {target, code}: the addresses stay.
 */
import { formatIp } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { ProgramError, sleep, type Task } from '../sim/task.ts';
import type { SystemResolver } from './system-resolver.ts';

export interface Alias {
  readonly target: string;
  readonly every: Nanoseconds;
  readonly until: Nanoseconds;
  /** Publishes addresses in place of those before. */
  readonly publish: (addresses: readonly string[]) => void;
}

export function* followAlias(host: Host, resolver: SystemResolver, alias: Alias): Task {
  const { kernel } = host.world;
  const { target } = alias;
  let known = '';
  while (kernel.now < alias.until) {
    try {
      const addresses = (yield* resolver.lookup(target)).map(formatIp);
      const now = addresses.join(', ');
      if (now !== known) {
        known = now;
        host.because({ kind: 'alias.follow', detail: { target, addresses: now } });
        alias.publish(addresses);
      }
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      host.because({ kind: 'alias.keep', detail: { target, code: error.code } });
    }
    yield* sleep(kernel, alias.every);
  }
}
