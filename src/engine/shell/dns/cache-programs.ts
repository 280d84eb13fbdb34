/**
 * Looking at caches of names, and emptying them, with the commands that real machines have: `resolvectl` for what the
 * system keeps (systemd 252; show-cache came with 254), `unbound-control` for what a resolver keeps (Unbound 1.17).
 *
 * The cache of `resolvectl show-cache` and the RRset part of `unbound-control dump_cache` look like the real ones; the
 * numbers of the latter that belong to DNSSEC are always 0. Left out: everything else that the two can do.
 */
import { SECOND } from '../../base/units.ts';
import { type CacheRow, livingRows, type RANK } from '../../proto/dns/cache.ts';
import { canonicalName, isSubdomain, sameName } from '../../wire/dns/name.ts';
import { atOnce, type Env, isRoot, type NameCache, type Program } from '../program.ts';

/** What a cache's rows say instead of data. */
const ABSENCES = ['NXDOMAIN', 'NODATA', 'SERVFAIL'];

export const resolvectl: Program = atOnce((env: Env): number => {
  const [verb, ...rest] = env.args;
  const known = ['flush-caches', 'show-cache', 'statistics'];
  if (verb === undefined || !known.includes(verb)) {
    env.err(verb === undefined ? 'resolvectl: say one of ' : `Unknown command verb ${verb}. There are `);
    env.err(`${known.join(', ')}\n`);
    return 1;
  }
  if (rest.length > 0) {
    env.err('Too many arguments.\n');
    return 1;
  }
  if (!env.systemCache) {
    env.err(
      `Failed to ${verb === 'flush-caches' ? 'flush caches' : 'dump cache'}: ${env.host.name} keeps no names\n`,
    );
    return 1;
  }
  const rows = rowsOf(env);
  if (verb === 'flush-caches') env.systemCache.flush();
  else if (verb === 'statistics') env.out(`Cache\n  Current Cache Size: ${rows.length}\n`);
  else for (const row of rows) env.out(systemLine(row, env));
  return 0;
});

/** `chaicart.example IN A 192.0.2.80`, one line for each record. */
function systemLine(row: CacheRow, env: Env): string {
  const name = row.name === '.' ? '.' : row.name.slice(0, -1);
  const type = row.type === '*' ? 'ANY' : row.type;
  if (ABSENCES.includes(row.data)) return `${name} IN ${type} -- ${row.data} (${leftOf(row, env)} s left)\n`;
  return dataOf(row)
    .map((data) => `${name} IN ${type} ${data}\n`)
    .join('');
}

export const unboundControl: Program = atOnce((env: Env): number => {
  const [verb, ...words] = env.args;
  const cache = env.resolverCache;
  if (!cache) {
    // what the real program says when nobody listens at its port
    env.err(`error: connect: Connection refused for 127.0.0.1 port 8953\n`);
    return 1;
  }
  if (verb === undefined) {
    env.err('unbound-control: there are dump_cache, flush NAME and flush_zone NAME\n');
    return 1;
  }
  if (!isRoot(env) && env.user !== 'ops' && verb !== 'dump_cache') {
    env.err('error: could not open /etc/unbound/unbound_control.key: Permission denied\n');
    return 1;
  }
  if (verb === 'dump_cache') return dump(env);
  if (verb === 'flush' || verb === 'flush_zone') return flush(env, cache, verb, words.join(' '));
  env.out(`error unknown command '${verb}'\n`);
  return 1;
});

function flush(env: Env, cache: NameCache, verb: 'flush' | 'flush_zone', typed: string): number {
  if (typed === '') {
    env.out('error: this option requires a domain name\n');
    return 1;
  }
  const fault = faultOf(typed);
  if (fault !== undefined) {
    env.out(`error cannot parse name ${typed} ${fault}\n`);
    return 1;
  }
  const wanted = canonicalName(typed.endsWith('.') ? typed : `${typed}.`);
  if (verb === 'flush') {
    cache.flush((name) => sameName(name, wanted));
    env.out('ok\n');
    return 0;
  }
  const before = rowsOf(env);
  cache.flush((name) => isSubdomain(name, wanted));
  const gone = before.filter(({ name }) => isSubdomain(name, wanted));
  const absent = gone.filter(({ data }) => ABSENCES.includes(data)).length;
  env.out(`ok removed ${gone.length - absent} rrsets, ${absent} messages and 0 key entries\n`);
  return 0;
}

/** Why a text is no name, and after how many letters that is seen. */
function faultOf(typed: string): string | undefined {
  if (typed === '.') return undefined;
  let at = 0;
  for (const label of typed.replace(/\.$/, '').split('.')) {
    at += label.length + 1;
    if (label === '') return `at ${at}: Empty label`;
    if (label.length > 63) return `at ${at}: Label length overflow`;
  }
  return at > 254 ? `at ${at}: Domainname length overflow` : undefined;
}

/** Trust as Unbound counts it (data/packed_rrset.h), for the ranks that there are here; glue counts one less. */
const TRUST: Readonly<Record<keyof typeof RANK, number>> = {
  referral: 2,
  nonauthoritative: 6,
  authority: 7,
  answer: 8,
};

function dump(env: Env): number {
  const rows = rowsOf(env);
  env.out('START_RRSET_CACHE\n');
  for (const row of rows.filter(({ data }) => !ABSENCES.includes(data))) {
    const left = leftOf(row, env);
    const all = dataOf(row);
    const isGlue = row.rank === 'referral' && (row.type === 'A' || row.type === 'AAAA');
    env.out(`;rrset ${left} ${all.length} 0 ${TRUST[row.rank] - (isGlue ? 1 : 0)} 0\n`);
    for (const data of all) env.out(`${row.name}\t${left}\tIN\t${row.type}\t${data}\n`);
  }
  env.out('END_RRSET_CACHE\nSTART_MSG_CACHE\n');
  for (const row of rows.filter(({ data }) => ABSENCES.includes(data)))
    env.out(`msg ${row.name} IN ${row.type} ${row.data} ${leftOf(row, env)}\n`);
  env.out('END_MSG_CACHE\nEOF\n');
  return 0;
}

/** The rows of the machine's cache that are alive now. */
function rowsOf({ host }: Env): readonly CacheRow[] {
  const rows = (host.programTables.get('dns')?.() ?? []) as readonly CacheRow[];
  return livingRows(rows, host.world.now);
}

function leftOf({ expires }: CacheRow, { host }: Env): number {
  return Math.max(0, Math.floor(expires / SECOND) - Math.floor(host.world.now / SECOND));
}

/** A row joins the data of its records with a comma and a space; inside quotes they belong to the data. */
function dataOf({ data }: CacheRow): readonly string[] {
  return data.match(/(?:"(?:[^"\\]|\\.)*"|[^,"]|,(?! ))+/g)?.map((one) => one.trim()) ?? [];
}
