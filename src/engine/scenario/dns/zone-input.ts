/**
 * Somebody edits a zone: the input `zone` {machine, origin, text}.
 */
import type { NameServer } from '../../app/nameserver.ts';
import { Malformed } from '../../base/errors.ts';
import type { World } from '../../sim/world.ts';
import type { Detail } from '../../trace/event.ts';
import { canonicalName } from '../../wire/dns/name.ts';

/** Characters of a zone: a link that carries an edit has room for 8 kB. */
export const MAX_ZONE = 4_000;

/** Registers the input for the name servers of a world, by machine. */
export function acceptZones(world: World, servers: Readonly<Partial<Record<string, NameServer>>>): void {
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
    },
    (detail) => {
      find(detail);
      const { text } = detail;
      if (typeof text !== 'string' || text.length > MAX_ZONE)
        throw new Malformed(`zone: a text of at most ${MAX_ZONE} characters`);
    },
  );
}
