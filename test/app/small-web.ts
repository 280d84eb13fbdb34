/**
 * A laptop with both protocols, a resolver that knows what it is told, and servers, on one link each: for tests of
 * what programs do with names.
 */

import { chaiCartSite } from '../../src/engine/app/chaicart.ts';
import { runOrigin } from '../../src/engine/app/origin.ts';
import { SystemResolver, type SystemResolverOptions } from '../../src/engine/app/system-resolver.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, type Nanoseconds } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { World } from '../../src/engine/sim/world.ts';
import { RCODE, typeName } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { parseRecord } from '../../src/engine/wire/dns/text.ts';

export interface SmallWebOptions extends SystemResolverOptions {
  /** `name TTL TYPE data`, absolute names. */
  readonly records: readonly string[];
  /** Addresses at which a web server answers; at others that are on the link nobody is at home. */
  readonly serves?: readonly string[];
  /** How late answers of a type are; -1 for never. */
  readonly late?: Readonly<Record<string, Nanoseconds>>;
  readonly ipv6?: boolean;
}

export interface SmallWeb {
  readonly world: World;
  readonly laptop: Host;
  readonly system: SystemResolver;
  /** `<ms> <type> <name>` for each question that reached the resolver. */
  readonly asked: string[];
  readonly records: string[];
  details(kind: string): Readonly<Record<string, unknown>>[];
  /** Milliseconds of the first event of a kind. */
  at(kind: string): number;
}

export function smallWeb({
  records,
  serves = [],
  late = {},
  ipv6 = true,
  ...options
}: SmallWebOptions): SmallWeb {
  const world = new World({ seed: 3 });
  const network = new Network(world);
  const laptop = network.host('laptop');
  const resolver = network.host('resolver');
  const router = network.router('router');
  const six = (text: string): string[] => (ipv6 ? [text] : []);
  const delay = { delay: MILLISECOND };
  network.link(
    [laptop, 'eth0', '192.0.2.10/24', ...six('2001:db8::10/64')],
    [router, 'lan', '192.0.2.1/24', ...six('2001:db8::1/64')],
    delay,
  );
  network.link([resolver, 'eth0', '198.51.100.53/24'], [router, 'names', '198.51.100.1/24'], delay);
  const web = network.host('web');
  const at4 = serves.filter((text) => !text.includes(':')).map((text) => `${text}/24`);
  const at6 = [...serves.filter((text) => text.includes(':')), ...six('2001:db8:2::99')].map(
    (text) => `${text}/64`,
  );
  network.link(
    [web, 'eth0', ...(at4.length > 0 ? at4 : ['203.0.113.99/24']), ...at6],
    [router, 'web', '203.0.113.1/24', ...six('2001:db8:2::1/64')],
    delay,
  );
  network.route(laptop, 'default', '192.0.2.1');
  network.route(resolver, 'default', '198.51.100.1');
  network.route(web, 'default', '203.0.113.1');
  if (ipv6) {
    network.route(laptop, 'default', '2001:db8::1');
    network.route(web, 'default', '2001:db8:2::1');
  }
  runOrigin(web, chaiCartSite());
  const asked: string[] = [];
  const known = [...records];
  answer(world, resolver, known, late, asked);
  const system = new SystemResolver(laptop, { servers: [parseIp('198.51.100.53')], ...options });
  const details = (kind: string) => [...world.trace.events([kind])].map(({ detail }) => detail ?? {});
  const at = (kind: string) => [...world.trace.events([kind])][0]!.time / MILLISECOND;
  return { world, laptop, system, asked, records: known, details, at };
}

function answer(
  world: World,
  resolver: Host,
  records: readonly string[],
  late: Readonly<Record<string, Nanoseconds>>,
  asked: string[],
): void {
  const socket = resolver.udp.bind(53);
  socket.onReceive = ({ from, port, bytes }) => {
    const query = decodeDns(bytes);
    const { name, type } = query.questions[0]!;
    asked.push(`${Math.round(world.now / MILLISECOND)} ${typeName(type)} ${name}`);
    const all = records.map((line) => {
      const [owner, ttl, kind, ...data] = line.split(' ');
      return parseRecord(owner!, Number(ttl), kind!, data.join(' '));
    });
    const mine = all.filter((record) => record.name === name);
    const answers = mine.filter((record) => record.type === type);
    const rcode = mine.length > 0 ? RCODE.NOERROR : RCODE.NXDOMAIN;
    const response = encodeDns({ ...query, response: true, recursionAvailable: true, rcode, answers });
    const wait = late[typeName(type)] ?? 0;
    if (wait >= 0) world.kernel.call(world.now + wait, () => socket.send(from, port, response));
  };
}
