/**
 * A random hierarchy (test/proto/dns/hierarchy.ts) as a simulated network: a router, and behind it every name server on
 * a machine of its own, which answers as the engine's server does and is then spoilt by its faults.
 *
 * A server without an IPv4 address is not there, since the bridge carries IPv4 only. What stands in old glue leads to a
 * network that swallows everything. What anybody asked is read from the trace.
 */
import { DnsStreams } from '../../src/engine/app/dns-streams.ts';
import { formatIp4, type Ip4 } from '../../src/engine/base/address.ts';
import { formatIp, isV4 } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { MICROSECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { DNS_PORT } from '../../src/engine/proto/dns/message.ts';
import type { DnsArrival } from '../../src/engine/proto/dns/packet.ts';
import { Authority } from '../../src/engine/proto/dns/server/authority.ts';
import { World } from '../../src/engine/sim/world.ts';
import { RCODE, typeName } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsMessage } from '../../src/engine/wire/dns/message.ts';
import { isSubdomain, sameName } from '../../src/engine/wire/dns/name.ts';
import { endpointsOf } from '../../src/engine/wire/endpoints.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../../src/engine/wire/ipv4.ts';
import { tcpHeaderLength } from '../../src/engine/wire/tcp.ts';
import { type Hierarchy, spoil, type ZoneServer } from '../proto/dns/hierarchy.ts';

/** Routes that a real resolver needs beside the networks of the world. */
export const SWALLOWED = '203.0.113.96/29';
/** Where a resolver of ours may stand, and who asks it. */
export const RESOLVER = '203.0.113.2';

/** Links are so much shorter than the hierarchy says, because a real resolver waits in real time. */
const HASTE = 20;

export interface HierarchyWorld {
  readonly network: Network;
  /** Machines for a resolver and who asks it, with nothing on them. */
  readonly resolver: Host;
  readonly client: Host;
}

export function hierarchyWorld(hierarchy: Hierarchy): HierarchyWorld {
  const network = new Network(new World({ seed: hierarchy.seed, keeper: () => {} }));
  const router = network.router('router');
  const plug = network.switch('switch');
  network.link([router, 'servers', '198.51.101.254/23'], [plug, 'router'], { delay: 10 * MICROSECOND });
  for (const server of hierarchy.servers) {
    const address = server.addresses.find((one) => isV4(one));
    if (address === undefined) continue;
    const host = network.host(server.name.slice(0, -1));
    network.link([host, 'eth0', `${formatIp4(address as Ip4)}/23`], [plug, host.name], {
      delay: Math.round(server.rtt / 2 / HASTE),
    });
    network.route(host, 'default', '198.51.101.254');
    serve(host, server);
  }
  // One who takes everything for the swallowed network and forwards nothing
  const abyss = network.host('abyss');
  network.link([router, 'abyss', '203.0.113.13/30'], [abyss, 'eth0', '203.0.113.14/30'], {
    delay: MICROSECOND,
  });
  network.route(router, SWALLOWED, '203.0.113.14');
  const guest = (name: string, address: string, gateway: string): Host => {
    const host = network.host(name);
    network.link([router, name, `${gateway}/30`], [host, 'eth0', `${address}/30`], {
      delay: 10 * MICROSECOND,
    });
    network.route(host, 'default', gateway);
    return host;
  };
  const resolver = guest('resolver', RESOLVER, '203.0.113.1');
  return { network, resolver, client: guest('client', '203.0.113.6', '203.0.113.5') };
}

function serve(host: Host, server: ZoneServer): void {
  const { faults } = server;
  const random = new Random(host.world.seed);
  const authority = new Authority(
    server.zones.map(({ origin, records }) => ({ origin, records })),
    { extras: random.chance(0.5) ? 'all' : 'none' },
  );
  const answer = (arrival: DnsArrival): Uint8Array | undefined => {
    const query = decodeDns(arrival.bytes);
    const response = spoil(server, query, arrival.transport, random, () => {
      const honest = decodeDns(authority.answer(arrival, host.world.now)!.response!);
      return faults.has('ent-nxdomain') ? deniesEmpty(honest, server) : honest;
    });
    return response === undefined || typeof response === 'string' ? undefined : encodeDns(response);
  };
  host.onBoot(() => {
    if (faults.has('unreachable')) return;
    const socket = host.udp.bind(DNS_PORT);
    socket.onReceive = ({ from, port, to, bytes }) => {
      const response = answer({ transport: 'udp', from, port, to, localPort: DNS_PORT, bytes });
      if (response) socket.send(from, port, response);
    };
    if (faults.has('no-tcp')) return;
    const streams = new DnsStreams(host, {
      onMessage: (arrival) => {
        const response = answer(arrival);
        if (response) streams.send(arrival.exchange!, arrival.from, arrival.port, response);
      },
      onFailure: () => {},
    });
    streams.listen(DNS_PORT);
  });
}

/** NXDOMAIN about a name that is there because of names below it. */
function deniesEmpty(response: DnsMessage, server: ZoneServer): DnsMessage {
  const { name } = response.questions[0]!;
  if (response.answers.length > 0 || !response.authoritative) return response;
  const records = server.zones.flatMap((zone) => zone.records);
  const isEmpty =
    !records.some((one) => sameName(one.name, name)) &&
    records.some((one) => isSubdomain(one.name, name) && !one.name.startsWith('*'));
  return isEmpty ? { ...response, rcode: RCODE.NXDOMAIN } : response;
}

/**
 * The queries that reached the router from anybody who is no name server: `<ms> <server> <name> <type>`. One over TCP is
 * the segment that carries it, or the attempt to connect where that was refused.
 */
export function queriesIn({ network }: HierarchyWorld): string[] {
  const { trace } = network.world;
  const { frames } = trace;
  const found: string[] = [];
  /** Place in `found` of a connection that has carried nothing yet. */
  const opened = new Map<string, number>();
  for (const event of trace.events(['frame.sent'])) {
    if (event.node !== 'outside' && event.node !== 'resolver') continue;
    const bytes = frames.read(event.a);
    const ends = endpointsOf(bytes);
    if (ends?.destinationPort !== DNS_PORT || !ends.isFirst) continue;
    const to = `${Math.round(event.time / 1e6)} ${formatIp(ends.destination)}`;
    if (ends.protocol === PROTOCOL_UDP)
      found.push(`${to} ${questionIn(bytes.subarray(ends.transportAt + 8))}`);
    if (ends.protocol !== PROTOCOL_TCP) continue;
    const flow = `${formatIp(ends.destination)} ${ends.sourcePort}`;
    const data = ends.transportAt + tcpHeaderLength(bytes, ends.transportAt, ends.end);
    if (data >= ends.end) {
      if (!opened.has(flow)) opened.set(flow, found.push(`${to} no connection, tcp`) - 1);
      continue;
    }
    const line = `${to} ${questionIn(bytes.subarray(data + 2))} tcp`;
    const at = opened.get(flow) ?? -1;
    if (at >= 0) found[at] = line;
    else found.push(line);
    opened.set(flow, -1);
  }
  return found;
}

function questionIn(bytes: Uint8Array): string {
  const [question] = decodeDns(bytes).questions;
  return `${question!.name} ${typeName(question!.type)}`;
}
