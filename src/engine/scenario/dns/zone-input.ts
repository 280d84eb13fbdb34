/**
 * Somebody edits a zone: the input `zone` {machine, origin, text}. Servers that take their zones from another follow when
 * the serial has grown (RFC 1034 §4.3.5); notice and transfer cost time here, and no packets.
 */
import type { NameServer } from '../../app/nameserver.ts';
import { Malformed } from '../../base/errors.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { Zone } from '../../proto/dns/zone/zone.ts';
import { compareSerials } from '../../proto/dns/zone/zone-check.ts';
import { sleep, type Task } from '../../sim/task.ts';
import type { World } from '../../sim/world.ts';
import type { Detail } from '../../trace/event.ts';
import { canonicalName } from '../../wire/dns/name.ts';
import { recordText } from '../../wire/dns/text.ts';

/** Characters of a zone: a link that carries an edit has room for 8 kB. */
export const MAX_ZONE = 4_000;

export interface Transfer {
  /** Who takes the zones of whom, by machine. */
  readonly from: string;
  readonly to: string;
  /** From the loading to the other's having it: notice, question for the serial, transfer. */
  readonly after: Nanoseconds;
}

/** Registers the input for the name servers of a world, by machine. */
export function acceptZones(
  world: World,
  servers: Readonly<Partial<Record<string, NameServer>>>,
  transfers: readonly Transfer[] = [],
): void {
  const find = (detail: Detail): { readonly server: NameServer; readonly origin: string } => {
    const machine = String(detail['machine']);
    const server = Object.hasOwn(servers, machine) ? servers[machine] : undefined;
    if (!server)
      throw new Malformed(
        `${machine.slice(0, 40)} serves no zone; those that do are ${Object.keys(servers).join(', ')}`,
      );
    const origin = canonicalName(String(detail['origin']));
    if (!server.authority.zones.some((zone) => zone.origin === origin))
      throw new Malformed(`${machine} does not serve ${origin}`);
    return { server, origin };
  };
  world.onInput(
    'zone',
    (detail) => {
      const { server, origin } = find(detail);
      server.load({ origin, text: String(detail['text']) });
      for (const { from, to, after } of transfers) {
        const secondary = servers[to];
        if (from === detail['machine'] && secondary)
          secondary.host.run('transfer', follow(server, secondary, origin, after));
      }
    },
    (detail) => {
      find(detail);
      const { text } = detail;
      if (typeof text !== 'string' || text.length > MAX_ZONE)
        throw new Malformed(`zone: a text of at most ${MAX_ZONE} characters`);
    },
  );
}

/** A secondary takes what the primary has by then, if its serial is later (RFC 1034 §4.3.5, RFC 1982 §3.2). */
function* follow(primary: NameServer, secondary: NameServer, origin: string, after: Nanoseconds): Task {
  yield* sleep(primary.host.world.kernel, after);
  const zoneOf = ({ authority }: NameServer) => authority.zones.find((zone) => zone.origin === origin);
  const [theirs, own] = [zoneOf(primary), zoneOf(secondary)];
  if (!theirs || !own || theirs === own) return;
  const [serial, old] = [theirs.soa.data.serial, own.soa.data.serial];
  if (compareSerials(old, serial) === 'later') secondary.replace(theirs);
  else if (sameZone(theirs, own)) return;
  else
    secondary.host.because({
      kind: 'dns.zone.kept',
      detail: {
        origin,
        serial: old,
        reason: `It has serial ${old}, and ${serial} is not later, so it does not ask for more`,
      },
    });
}

function sameZone(a: Zone, b: Zone): boolean {
  const text = (zone: Zone): string => zone.records().map(recordText).sort().join('\n');
  return text(a) === text(b);
}
