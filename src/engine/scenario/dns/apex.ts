/**
 * The name without `www`: it should lead to a hoster's name, whose address changes, and a CNAME may not stand there.
 *
 * ChaiCart edits its zone; then the hoster moves to another address; then two people visit, with a browser that asks for
 * HTTPS records and with one that does not, and somebody looks up where mail goes.
 */
import { followAlias } from '../../app/alias-keeper.ts';
import { visit } from '../../app/fetch-client.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone, exampleZone } from './names-zones.ts';

const PRESENT = ['chaicart-new', 'phone', 'public'] as const;
const NAME = 'chaicart.example';
const EDGE = 'edge.hoster.example';
const EDIT = 5 * SECOND;
const MOVE = 30 * SECOND;
const VISIT = 90 * SECOND;
const TTL = 30;

const parameters = {
  apex: choice({
    label: 'At the apex stands',
    about:
      'The hoster’s address, a CNAME, an ALIAS that the name server follows itself, or an HTTPS record in AliasMode.',
    initial: 'address',
    choices: [
      { value: 'address', label: 'an address' },
      { value: 'cname', label: 'a CNAME' },
      { value: 'alias', label: 'an ALIAS' },
      { value: 'https', label: 'HTTPS, AliasMode' },
    ],
  }),
} as const;

/** The page or the error of the visit from a machine. */
function outcome({ world }: FinishedRun, machine: string): string | undefined {
  const isHis = ({ node }: TraceEvent): boolean => node === machine;
  if (first(world.trace, 'fetch.loaded', isHis)) return 'the page';
  const failed = first(world.trace, 'fetch.failed', isHis);
  return failed && String(failed.detail!['code']);
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  new: {
    label: 'A browser that asks for HTTPS records',
    about: 'What the phone’s browser got after the hoster had moved: the page, or the error.',
    read: (run) => ({ kind: 'text', value: outcome(run, 'phone') }),
  },
  old: {
    label: 'A client that does not',
    about: 'What the laptop’s client, which asks for addresses only, got after the hoster had moved.',
    read: (run) => ({ kind: 'text', value: outcome(run, 'laptop') }),
  },
  mail: {
    label: 'Mail goes to',
    about: 'The answer to the question who takes mail for the domain.',
    read: ({ world }) => {
      const printed = [...world.trace.events(['shell.output'])]
        .map(({ detail }) => String(detail!['text']))
        .join('');
      return { kind: 'text', value: /^\d+ (\S+)\.$/m.exec(printed)?.[1] };
    },
  },
  refused: {
    label: 'The server says',
    about: 'Why the name server did not load the edited zone.',
    read: ({ world }) => {
      const refused = first(world.trace, 'dns.zone.refused');
      return { kind: 'text', value: refused && String(refused.detail!['reason']) };
    },
  },
};

export const apex = scenario({
  name: 'apex',
  version: 1,
  title: 'The name without www',
  summary: 'What may stand at the top of a zone, and who still finds the shop when its hoster moves.',
  parameters,
  maxEvents: 100_000,
  until: 1200 * SECOND,
  areas: namesAreas,
  places: namesPlaces(PRESENT),
  terminals: namesUsers(PRESENT),
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases,
});

function hosterZone(address: string, serial: number): string {
  return `$ORIGIN hoster.example.
$TTL ${TTL}
@     SOA  ns hostmaster ${serial} 7200 3600 1209600 ${TTL}
@     NS   ns
ns    A    ${AT.ns1}
edge  A    ${address}
`;
}

/** ChaiCart's zone without an address of its own at the top. */
function zoneWith(lines: string, serial: number): string {
  const own = chaiCartZone({ ttl: TTL, address: AT.newServer, minimum: TTL, serial });
  return own.replace(/^@ .*\bA\b.*\n/m, lines);
}

function build(world: World, values: Values<typeof parameters>) {
  const before = `@  ${TTL}  A  ${AT.newServer}\n`;
  const { network, laptop, system, servers, others, phoneSystem } = namesWorld(world, {
    present: PRESENT,
    forwarder: false,
    zones: {
      chaicart: zoneWith(before, 2026112001),
      example: exampleZone(
        { servers: ['ns1.chaicart'], glue: { 'ns1.chaicart': [AT.ns1] } },
        `hoster     NS  ns.hoster\nns.hoster  A   ${AT.ns1}\n`,
      ),
    },
  });
  const ns1 = servers.ns1!;
  const phone = others.get('phone')!;
  ns1.authority.replace({ origin: 'hoster.example.', text: hosterZone(AT.newServer, 1) });
  const lines = {
    address: before,
    cname: `@  ${TTL}  CNAME  ${EDGE}.\n`,
    alias: before,
    https: `@  ${TTL}  HTTPS  0 ${EDGE}.\n`,
  }[values.apex];
  if (values.apex === 'alias') {
    const own = new SystemResolver(ns1.host, { servers: [parseIp(AT.resolver)], caching: false });
    let serial = 2026112002;
    const publish = (addresses: readonly string[]): void => {
      serial += 1;
      const set = addresses.map((address) => `@  ${TTL}  A  ${address}\n`).join('');
      ns1.replace({ origin: 'chaicart.example.', text: zoneWith(set, serial) });
    };
    world.onInput('alias', () => {
      ns1.host.run(
        'alias',
        followAlias(ns1.host, own, { target: EDGE, every: 20 * SECOND, until: VISIT, publish }),
      );
    });
    world.input(EDIT, 'alias', {});
  }
  world.onInput('move', () => {
    ns1.replace({ origin: 'hoster.example.', text: hosterZone(AT.chaicart, 2) });
    network.switchOff(others.get('chaicart-new')!);
  });
  world.onInput('enter', ({ machine }) => {
    const url = `http://${NAME}/`;
    if (machine === 'phone') phone.run('browser', visit(phone, phoneSystem!, url, { https: true }));
    else laptop.run('browser', visit(laptop, system, url));
  });
  world.input(EDIT, 'zone', {
    machine: 'ns1',
    origin: 'chaicart.example.',
    text: zoneWith(lines, 2026112002),
  });
  world.input(MOVE, 'move', {});
  world.input(VISIT, 'enter', { machine: 'laptop' });
  world.input(VISIT, 'enter', { machine: 'phone' });
  world.input(VISIT, 'type', { machine: 'laptop', line: `dig +short MX ${NAME}` });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  return [
    {
      name: 'The zone is edited',
      start: EDIT,
      end: MOVE,
      cost: first(run.world.trace, 'dns.zone.refused') ? 'and refused' : '',
    },
    { name: 'The hoster has moved', start: MOVE, end: VISIT, cost: '' },
  ];
}
