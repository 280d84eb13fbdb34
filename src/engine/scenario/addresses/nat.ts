/**
 * One public address for a whole flat: three devices talk to ChaiCart at once, and a stranger knocks.
 *
 * The laptop loads the page, the phone pings, the television reports over UDP. The home router gives each of them a port
 * of its one public address. Then a stranger sends to the port that the television's report came from.
 */
import { visit } from '../../app/fetch-client.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { report, runUdpEcho } from '../../app/udp-echo.ts';
import { parseIp4 } from '../../base/address.ts';
import { fromUtf8 } from '../../base/bytes.ts';
import { SECOND } from '../../base/units.ts';
import type { Dependence } from '../../net/nat/nat-table.ts';
import { openTerminals } from '../../shell/terminal.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ethernet } from '../../wire/ethernet.ts';
import { ipv4 } from '../../wire/ipv4.ts';
import { acquaint } from '../acquaint.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type Place, scenario } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import {
  ADDRESS,
  household,
  householdAreas,
  householdNames,
  householdPlaces,
  householdUsers,
  ms,
} from './household.ts';

const REPORT_PORT = 9700;
const STRANGER = '198.51.100.200';
/** When the stranger knocks: after the television has reported, and long before the router forgets. */
const KNOCK = 2 * SECOND;

const dependence = (label: string, about: string, initial: Dependence) =>
  choice<Dependence>({
    label,
    about,
    initial,
    choices: [
      { value: 'endpoint-independent', label: 'anyone' },
      { value: 'address-dependent', label: 'same address' },
      { value: 'address-and-port-dependent', label: 'same address and port' },
    ],
  });

const parameters = {
  filtering: dependence(
    'Who may answer',
    'From whom the router lets packets in to a port that somebody inside uses (RFC 4787 §5).',
    'address-and-port-dependent',
  ),
  firewall: choice({
    label: 'Firewall',
    about: 'Whether a stateful packet filter stands behind the translation.',
    initial: 'on',
    choices: [
      { value: 'on', label: 'on' },
      { value: 'off', label: 'off' },
    ],
  }),
} as const;

const terminals = { ...householdUsers(['phone', 'television']), stranger: 'eve' };

const claims: Readonly<Record<string, ClaimSpec>> = {
  devices: {
    label: 'Devices',
    about: 'Devices at home that sent something out through the router’s one public address.',
    read: ({ world }) => {
      const insides = new Set(
        [...world.trace.events(['nat.open'])].map(({ detail }) => String(detail!['inside']).split(':')[0]),
      );
      return { kind: 'count', value: insides.size };
    },
  },
  rows: {
    label: 'Rows',
    about: 'Rows that the translation table was given during the run.',
    read: ({ world }) => count(world.trace, 'nat.open', at('home-router')),
  },
  firstPort: {
    label: 'First port',
    about: 'The first port of the public address that the router gave away.',
    read: ({ world }) => {
      const open = first(world.trace, 'nat.open', at('home-router'));
      return { kind: 'text', value: open && String(open.detail!['outside']).split(':')[1]! };
    },
  },
  udpTimeout: {
    label: 'Memory for UDP',
    about: 'How long the router remembers a UDP flow after its last packet from inside.',
    read: ({ world }) => {
      const open = first(world.trace, 'nat.open', ({ detail }) => detail!['protocol'] === 'UDP');
      return { kind: 'time', value: open && Number(open.detail!['timeout']) };
    },
  },
  knock: {
    label: 'The stranger',
    about: 'What became of the stranger’s packet: let in, or why not.',
    read: ({ world }) => {
      const { frames } = world.trace;
      const heard = first(world.trace, 'frame.delivered', ({ node, a }) => {
        const slab = frames.slab(a);
        const start = frames.at(a);
        const isV4 = ethernet.get.type(slab, start) === ETHERTYPE_IPV4;
        const source = isV4 && ipv4.get.source(slab, start + ETHERNET_HEADER);
        return node === 'television' && source === parseIp4(STRANGER);
      });
      const isHis = ({ node, detail }: TraceEvent): boolean =>
        node === 'home-router' && String(detail!['from']).split(':')[0] === STRANGER;
      const why = first(world.trace, 'nat.refuse', isHis) ?? first(world.trace, 'filter.refuse', isHis);
      return { kind: 'text', value: heard ? 'let in' : why && String(why.detail!['reason']) };
    },
  },
};

const places: Readonly<Record<string, Place>> = {
  ...householdPlaces(['phone', 'television']),
  stranger: {
    label: 'A stranger',
    called: 'A stranger',
    kind: 'laptop',
    area: 2,
    addresses: [STRANGER],
    wide: [656, 290],
    tall: [300, 366],
    lane: 'Stranger',
  },
};

export const nat = scenario({
  name: 'nat',
  version: 1,
  title: 'One address for a flat',
  summary: 'Three devices share one public address; the router’s table says who gets what comes back.',
  parameters,
  maxEvents: 400_000,
  until: 14_400 * SECOND,
  areas: householdAreas,
  places,
  terminals,
  hosts: householdNames,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const made = household(world, {
    devices: ['phone', 'television'],
    nat: { filtering: values.filtering },
    firewall: values.firewall === 'on',
  });
  const { network, laptop, transitA, chaicart, devices } = made;
  const stranger = network.host('stranger');
  network.link([transitA, 'other', '198.51.100.193/27'], [stranger, 'eth0', `${STRANGER}/27`], {
    delay: ms(6),
    rate: 10_000_000_000,
  });
  network.route(stranger, 'default', '198.51.100.193');
  network.route(made.transitB, '198.51.100.192/27', '198.51.100.133');
  acquaint(network, ['laptop', 'phone', 'television']);
  runUdpEcho(chaicart, REPORT_PORT);
  openTerminals(network, { users: terminals, hosts: householdNames });
  const system = new SystemResolver(laptop, { servers: [parseIp4(ADDRESS.isp)] });
  const server = parseIp4(ADDRESS.chaicart);
  const television = devices.get('television')!;
  world.onInput('evening', () => {
    laptop.run('browser', visit(laptop, system, `http://${ADDRESS.chaicart}/`));
    television.run('report', report(television, server, REPORT_PORT, 3, SECOND));
  });
  world.onInput('knock', () => {
    const mapped = [...(made.home.ip.nat?.rows().values() ?? [])].find(({ protocol }) => protocol === 'UDP');
    const port = Number(mapped?.outside.split(':')[1] ?? 0);
    if (port > 0) stranger.udp.bind().send(parseIp4(ADDRESS.outside), port, fromUtf8('let me in'));
  });
  world.input(0, 'evening', {});
  world.input(ms(20), 'type', { machine: 'phone', line: `ping -c 2 ${ADDRESS.chaicart}` });
  world.input(KNOCK, 'knock', {});
  return network;
}
