/**
 * Lab: at midnight half of the customers cannot reach ChaiCart, and nobody has changed anything.
 *
 * ChaiCart has run its own two name servers for a month. The delegation still holds the address at which ns2 stood
 * before, at a provider whose contract ended tonight: it refuses. And ns1 has hung for days, which nobody noticed while
 * the other one answered. Who has the address in a cache sees nothing of it, for a while.
 *
 * Inputs: `zone` at tld (the registrar's form) and at ChaiCart's own servers, `restart`, and `diagnose` {answer}.
 */
import { type NameWatch, watchName } from '../../app/name-watch.ts';
import { runNameServer } from '../../app/nameserver.ts';
import { Malformed } from '../../base/errors.ts';
import { formatIp } from '../../base/ip.ts';
import { formatSpan, SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { TYPE } from '../../wire/dns/code.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { isSubdomain } from '../../wire/dns/name.ts';
import { acquaint } from '../acquaint.ts';
import { type Goal, type GoalSpec, met, missed, open } from '../goal.ts';
import { type ClaimSpec, type FinishedRun, type Phase, type Place, scenario } from '../scenario.ts';
import { first } from '../trace-claims.ts';
import { changes, loadsOf, recordsOf, type ServedZone, servedAtEnd, setOf } from './lab-zones.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, ms, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone, exampleZone } from './names-zones.ts';

const PRESENT = ['ns2', 'phone', 'public'] as const;
const APEX = 'chaicart.example.';
/** Where ns2 stood before. */
const FORMER = '198.51.100.66';
/** Seconds for which the provider's resolver still knows the shop's address at midnight. */
const REMEMBERED = 1500;
const EVERY = 60 * SECOND;
const TIMES = 58;
/** Lookups at the end that must all succeed. */
const LAST = 5;

const PARENT: ServedZone = {
  machine: 'tld',
  origin: 'example.',
  text: exampleZone({
    servers: ['ns1.chaicart', 'ns2.chaicart'],
    glue: { 'ns1.chaicart': [AT.ns1], 'ns2.chaicart': [FORMER] },
  }),
};
const OWN_TEXT = chaiCartZone({ servers: ['ns1', 'ns2'] });
const OWN = { ns1: AT.ns1, ns2: AT.ns2 } as const;
type Own = keyof typeof OWN;
const own = (machine: Own): ServedZone => ({ machine, origin: APEX, text: OWN_TEXT });

/** What one may say is wrong, and what speaks against it. */
const ANSWERS = {
  delegation: undefined,
  shop: 'ChaiCart’s web server is not at fault: whoever still knows its address gets the page.',
  resolver:
    'The public resolver is not at fault: asked for another name, it answers, and what it says of this one is what it was told.',
  zone: 'The zone is not at fault: ns2, asked at its own address, serves all of it.',
  cache:
    'No cache is at fault: the only one that holds the name is the one by which anybody still gets through.',
  root: 'The root is not at fault: it refers to the servers of .example, and they answer.',
} as const satisfies Readonly<Record<string, string | undefined>>;
type Answer = keyof typeof ANSWERS;
const isAnswer = (text: string): text is Answer => Object.hasOwn(ANSWERS, text);

/** A line that asks a name server something. */
const ASKS = /\b(dig|host|nslookup|delv|drill|kdig)\b/;

function diagnosis({ world }: FinishedRun): Goal {
  let said: TraceEvent | undefined;
  for (const event of world.trace.events(['input'])) if (event.detail!['what'] === 'diagnose') said = event;
  if (!said) return open('Nobody has said yet what is wrong.');
  const answer = String(said.detail!['answer']);
  const against = isAnswer(answer) ? ANSWERS[answer] : undefined;
  if (against !== undefined) return missed(against, said.time);
  const looked = first(
    world.trace,
    'shell.run',
    ({ time, detail }) => time <= said.time && ASKS.test(String(detail!['line'])),
  );
  return looked
    ? met(
        'One server of the delegation is silent, and at the address that it names for the other one somebody refuses.',
        said.time,
      )
    : open('That may be so; but no server had been asked when you said it.', said.time);
}

/** The last answers of a customer's device. */
function served(run: FinishedRun): Goal {
  const phone = lookups(run, 'phone').slice(-LAST);
  const laptop = lookups(run, 'laptop').slice(-LAST);
  const failed = [...phone, ...laptop].filter(({ detail }) => detail!['addresses'] !== AT.chaicart);
  const [last] = failed.sort((a, b) => b.time - a.time);
  if (!last) return met('Both resolvers give their customers the shop’s address again.');
  const who =
    last.node === 'phone' ? 'Maya’s phone (public resolver)' : 'Maya’s laptop (her provider’s resolver)';
  const got = String(last.detail!['addresses'] ?? last.detail!['code']);
  return open(`${who} still got ${got} ${formatSpan(last.time)} after midnight.`, last.time);
}

function delegation(run: FinishedRun): Goal {
  // its reasons would give the diagnosis away
  if (diagnosis(run).state !== 'met') return open('Judged once you know what is wrong.');
  const parent = servedAtEnd(run, PARENT);
  const names = setOf(parent, APEX, TYPE.NS).flatMap((record) =>
    record.type === TYPE.NS ? [record.data] : [],
  );
  if (names.length === 0) return missed('The parent delegates ChaiCart’s zone to nobody.');
  for (const name of names) {
    const problem = problemWith(run, parent, name);
    if (problem) return open(problem);
  }
  if (names.length < 2)
    return open(
      `The delegation names one server only, ${names[0]!.slice(0, -1)}: the next fault takes the shop down.`,
    );
  return met('Each server that the parent names serves the zone, at the address that the parent gives.');
}

/** What is wrong with one server of the delegation. */
function problemWith(run: FinishedRun, parent: readonly DnsRecord[], name: string): string | undefined {
  const short = name.replace(/\.$/, '');
  const glue = setOf(parent, name, TYPE.A).flatMap((record) =>
    record.type === TYPE.A ? [formatIp(record.data)] : [],
  );
  if (glue.length === 0) return `For ${short} the parent gives no address, and nobody else can.`;
  for (const address of glue) {
    if (address === FORMER) return `For ${short} the parent gives ${address}, where somebody else refuses.`;
    const machine = (Object.keys(OWN) as Own[]).find((one) => OWN[one] === address);
    if (!machine) return `For ${short} the parent gives ${address}, where no name server of ChaiCart’s is.`;
    if (machine === 'ns1' && !isRevived(run)) return `${short} is named, and says nothing: it hangs.`;
    if (!name.startsWith(`${machine}.`))
      return `For ${short} the parent gives ${address}, and ChaiCart’s own zone says otherwise.`;
    if (isOff(run, machine)) return `${short} is named, and is switched off.`;
  }
  return undefined;
}

function rest(run: FinishedRun): Goal {
  const [moved] = changes(recordsOf(PARENT.text, PARENT.origin), servedAtEnd(run, PARENT), (record) =>
    isSubdomain(record.name, APEX),
  );
  if (moved) return missed(`In the parent’s zone, ${moved}, and that was not yours.`);
  for (const machine of ['ns1', 'ns2'] as const) {
    const [changed] = changes(recordsOf(OWN_TEXT, APEX), servedAtEnd(run, own(machine)), () => false);
    if (changed)
      return missed(`In ChaiCart’s zone on ${machine}, ${changed}: customers did not ask for that.`);
    const refused = loadsOf(run, own(machine)).find((load) => load.refused !== undefined);
    if (refused) return missed(`${machine} refused a zone: ${refused.refused}.`, refused.time);
  }
  const refused = loadsOf(run, PARENT).find((load) => load.refused !== undefined);
  if (refused) return missed(`The parent’s server refused a zone: ${refused.refused}.`, refused.time);
  return met('Mail, and all the other records, are as they were.');
}

const lookups = ({ world }: FinishedRun, node: string): TraceEvent[] =>
  [...world.trace.events(['watch.name'])].filter((event) => event.node === node);

const isRevived = ({ world }: FinishedRun): boolean =>
  first(
    world.trace,
    'machine.power',
    ({ node, detail }) => node === 'ns1' && detail!['what'] === 'restart',
  ) !== undefined;

function isOff({ world }: FinishedRun, machine: string): boolean {
  let what: unknown;
  for (const { node, detail } of world.trace.events(['machine.power']))
    if (node === machine) what = detail!['what'];
  return what === 'off';
}

const goals: Readonly<Record<string, GoalSpec>> = {
  diagnosis: {
    label: 'You know what is wrong',
    about: 'Say what is at fault, after having asked at least one server. What you said last counts.',
    read: diagnosis,
  },
  served: {
    label: 'All customers are served',
    about: `The last ${LAST} lookups of both devices, each with another resolver, give the shop’s address.`,
    read: served,
  },
  delegation: {
    label: 'The delegation is true',
    about:
      'The parent names two servers or more in the end, and each serves the zone where the parent says. Judged after the diagnosis.',
    read: delegation,
  },
  rest: {
    label: 'Nothing else is broken',
    about: 'All other records, of ChaiCart’s mail and of other people’s zones, are as they were.',
    read: rest,
  },
};

/** From the first failed lookup of a device to the first that succeeds after it; undefined if it goes on. */
function outage(run: FinishedRun, node: string): number | undefined {
  const all = lookups(run, node);
  const from = all.findIndex(({ detail }) => detail!['addresses'] === null);
  if (from < 0) return 0;
  const until = all.slice(from).find(({ detail }) => detail!['addresses'] !== null);
  return until && until.time - all[from]!.time;
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  phone: {
    label: 'The phone is without the shop',
    about: 'From the phone’s first failed lookup until one succeeds.',
    read: (run) => ({ kind: 'time', value: outage(run, 'phone') }),
  },
  laptop: {
    label: 'The laptop is without the shop',
    about: 'From the laptop’s first failed lookup until one succeeds; 0 when none fails.',
    read: (run) => ({ kind: 'time', value: outage(run, 'laptop') }),
  },
  laptopFails: {
    label: 'The laptop’s first failure',
    about: 'When the first lookup of the laptop fails: its resolver has forgotten by then.',
    read: (run) => ({
      kind: 'time',
      value: lookups(run, 'laptop').find(({ detail }) => detail!['addresses'] === null)?.time,
    }),
  },
  phoneError: {
    label: 'What the phone is told',
    about: 'The error of the phone’s first lookup.',
    read: (run) => ({ kind: 'text', value: String(lookups(run, 'phone')[0]?.detail?.['code'] ?? 'none') }),
  },
};

const place: Place = {
  label: 'The old provider',
  called: 'The old provider’s server',
  kind: 'name-server',
  area: 2,
  addresses: [FORMER],
  wide: [716, 190],
  tall: [50, 386],
  lane: 'Old provider',
};

export const labOutage = scenario({
  name: 'lab-outage',
  version: 1,
  title: 'Lab: the outage',
  summary: 'Half of the customers cannot find the shop, and nobody has changed anything.',
  parameters: {},
  maxEvents: 200_000,
  until: 3 * 3600 * SECOND,
  areas: namesAreas,
  places: { ...namesPlaces(PRESENT), former: place },
  terminals: namesUsers(PRESENT),
  near: 'laptop',
  far: 'ns1',
  zones: () => [
    { ...PARENT, label: 'At the registrar: .example' },
    { ...own('ns2'), label: 'ChaiCart’s zone on ns2' },
    { ...own('ns1'), label: 'ChaiCart’s zone on ns1' },
  ],
  build,
  claims,
  goals,
  phases,
});

function build(world: World) {
  const made = namesWorld(world, {
    present: PRESENT,
    zones: { example: PARENT.text, chaicart: OWN_TEXT },
    servers: { ns1: { faults: ['drops-udp', 'drops-tcp'] } },
    forwarder: false,
    system: { caching: false },
  });
  const { network, transitA, laptop, system, others, phoneSystem, servers, recursive } = made;
  const former = network.host('former');
  network.link([transitA, 'former', '198.51.100.65/28'], [former, 'eth0', `${FORMER}/28`], {
    rate: 10_000_000_000,
    delay: ms(7),
  });
  network.route(former, 'default', '198.51.100.65');
  acquaint(network, []);
  runNameServer(former, []);
  recursive.remember(APEX, REMEMBERED, AT.chaicart);
  // what hangs does so until somebody restarts it
  let isRestart = false;
  made.servers.ns1!.host.onBoot(() => {
    if (isRestart) servers.ns1!.faults.clear();
    isRestart = true;
  });
  world.onInput(
    'diagnose',
    () => {},
    ({ answer }) => {
      if (typeof answer !== 'string' || !isAnswer(answer))
        throw new Malformed(`diagnose: an answer is one of ${Object.keys(ANSWERS).join(', ')}`);
    },
  );
  const watch: NameWatch = { name: APEX.slice(0, -1), every: EVERY, times: TIMES };
  world.onInput('watch', ({ machine }) => {
    if (machine === 'phone')
      others.get('phone')!.run('watch', watchName(others.get('phone')!, phoneSystem!, watch));
    else laptop.run('watch', watchName(laptop, system, watch));
  });
  world.input(0, 'watch', { machine: 'phone' });
  world.input(20 * SECOND, 'watch', { machine: 'laptop' });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const half = lookups(run, 'laptop').find(({ detail }) => detail!['addresses'] === null);
  const end = lookups(run, 'laptop').at(-1)?.time ?? 0;
  const again = lookups(run, 'phone').find(({ time, detail }) => detail!['addresses'] !== null && time > 0);
  const spans: Phase[] = [];
  const dark = Math.min(half?.time ?? end, again?.time ?? end);
  spans.push({ name: 'Half of them', start: 0, end: dark, cost: 'cannot find the shop' });
  if (half && half.time < (again?.time ?? end))
    spans.push({ name: 'All of them', start: half.time, end: again?.time ?? end, cost: 'cannot find it' });
  if (again) spans.push({ name: 'Found again', start: again.time, end, cost: '' });
  return spans.filter(({ start, end }) => end > start);
}
