/**
 * Sentences about names: stub, resolver and caches, name servers, and the programs that look names up.
 */
import { formatNumber } from '../base/units.ts';
import { bare, type Sentence, say, span, type Teller } from './sentence-words.ts';

type Detail = Parameters<Teller>[0];

/** `a.root.example, 198.51.100.4`; a server without a name is its address. */
function place({ server, serverName }: Detail): string {
  return serverName === undefined || serverName === server
    ? String(server)
    : `${bare(serverName)}, ${String(server)}`;
}

/** What people can read of data: names as they write them, and not more than a line. */
function told(data: unknown): string {
  const text = String(data)
    .split(', ')
    .map((one) => (/^[\w.-]+[a-z]\.$/i.test(one) ? bare(one) : one))
    .join(', ');
  return text.length <= MOST ? text : `${text.slice(0, MOST - 1)}…`;
}
const MOST = 72;

/** `A chaicart.example`. */
function question({ type, name }: Detail): string {
  return `${String(type)} ${bare(name)}`;
}

const ANSWERS: Readonly<Record<string, string>> = {
  answer: 'answers',
  referral: 'refers on',
  nodata: 'answers that the name has no such record',
  nxdomain: 'answers that the name does not exist',
  yxdomain: 'answers that the new name would be too long',
  refused: 'refuses',
};

const CACHES: Readonly<Record<string, string>> = { browser: 'its browser’s cache' };
const cacheOf = (cache: unknown): string => CACHES[String(cache)] ?? 'its cache';

/** What a machine is told that asked for `name`. */
function learns(d: Detail): string {
  const { rcode, data } = d;
  if (rcode === 'NXDOMAIN') return `learns that there is no ${bare(d['name'])}`;
  if (rcode !== 'NOERROR') return `hears ${String(rcode)} about ${bare(d['name'])}`;
  return data === ''
    ? `learns that ${bare(d['name'])} has no such record`
    : `learns that ${bare(d['name'])} is ${told(data)}`;
}

/** `there is no shop.chaicart.example`, where that is what was kept. */
function absence(d: Detail): string | undefined {
  const data = String(d['data']);
  if (data.startsWith('NXDOMAIN')) return `there is no ${bare(d['name'])}`;
  return data.startsWith('NODATA') ? `${bare(d['name'])} has no ${String(d['type'])} record` : undefined;
}

/** What is kept, where it is an answer; what referrals bring is the cache table's affair. */
function keeps(d: Detail): Sentence | undefined {
  const data = String(d['data']);
  if (d['rank'] === 'referral' || d['rank'] === 'additional') return undefined;
  const time = `${formatNumber(Number(d['ttl']))} s`;
  const where = d['cache'] === 'browser' ? ' in its browser’s cache' : '';
  const absent = absence(d);
  if (absent) return say('dns', `remembers for ${time}${where} that ${absent}`, 'So long “no” may be kept');
  if (data.startsWith('SERVFAIL'))
    return say(
      'dns',
      `remembers for ${time} that ${question(d)} has failed`,
      'So that it does not ask in vain again',
    );
  return say(
    'dns',
    `keeps ${question(d)} for ${time}${where}: ${told(data)}`,
    'So long its copy may live: the TTL',
  );
}

export const nameTellers: Readonly<Record<string, Teller>> = {
  'fetch.alias': (d) => say('dns', `goes on with ${bare(d['target'])}`, String(d['reason'])),
  'fetch.fallback': (d) => say('dns', `goes back to ${bare(d['name'])} itself`, String(d['reason'])),
  'watch.name': (d) =>
    d['addresses'] === null
      ? say('app', `gets no address for ${bare(d['name'])}: ${String(d['code'])}`, 'Its lookup is over')
      : say('app', `has the address of ${bare(d['name'])}: ${String(d['addresses'])}`, 'Its lookup is over'),
  'hosts.write': () => say('app', 'has a new hosts file', 'Somebody saved it'),
  'resolv-conf.write': () => say('app', 'has another list of resolvers', 'Somebody saved /etc/resolv.conf'),
  'dns.stub.hosts': (d) =>
    say('dns', `finds ${bare(d['name'])} in its hosts file`, 'That file is read before anybody is asked'),
  'dns.stub.ask': (d) =>
    say('dns', `asks its resolver, ${String(d['server'])}: ${question(d)}?`, String(d['reason'])),
  'dns.stub.answer': (d) => say('dns', learns(d), 'The resolver answered'),
  'dns.stub.search': (d) => say('dns', `tries ${bare(d['name'])} instead`, String(d['reason'])),
  'dns.stub.special': (d) => say('dns', `knows ${bare(d['name'])} without asking`, String(d['reason'])),
  'dns.stub.partial': (d) => say('dns', `goes on without ${String(d['missing'])}`, String(d['reason'])),
  'dns.stub.timeout': (d) =>
    say('dns', `stops waiting for ${String(d['server'])}`, `No answer within ${span(d['waited'])}`),
  'dns.stub.useless': (d) =>
    say('dns', `gets nothing useful from ${String(d['server'])}`, String(d['reason'])),
  'dns.stub.ignore': (d) => say('dns', `ignores a message from ${String(d['from'])}`, String(d['reason'])),
  'dns.stub.fail': (d) => say('dns', `cannot resolve ${bare(d['name'])}`, String(d['reason'])),
  'dns.cache.hit': (d) => {
    const absent = absence(d);
    return absent
      ? say('dns', `still remembers that ${absent}`, 'It was told so, and that has not run out')
      : say(
          'dns',
          `finds ${bare(d['name'])} in ${cacheOf(d['cache'])}`,
          'A copy that it kept has not run out',
        );
  },
  'dns.cache.store': keeps,
  'dns.cache.expire': (d) => {
    const absent = absence(d);
    const what = absent ? `forgets that ${absent}` : `lets its copy of ${question(d)} go`;
    return say('dns', what, `It was good until ${span(d['until'])} of this run`);
  },
  'dns.resolver.query': (d) =>
    say('dns', `is asked by ${String(d['client'])}: ${question(d)}?`, 'The question came to its port'),
  'dns.resolver.ask': (d) => say('dns', `asks ${place(d)}: ${question(d)}?`, String(d['reason'])),
  'dns.resolver.referral': (d) =>
    say('dns', `is referred to ${told(d['servers'])} for ${bare(d['zone'])}`, String(d['reason'])),
  'dns.resolver.alias': (d) =>
    say('dns', `follows ${bare(d['name'])} to ${bare(d['target'])}`, String(d['reason'])),
  'dns.resolver.timeout': (d) =>
    say('dns', `stops waiting for ${place(d)}`, `No answer within ${span(d['waited'])}`),
  'dns.resolver.lame': (d) => say('dns', `gets nothing useful from ${place(d)}`, String(d['reason'])),
  'dns.resolver.ignore': (d) =>
    say('dns', `ignores a message from ${String(d['from'])}`, String(d['reason'])),
  'dns.resolver.truncated': (d) =>
    say('dns', `gets an answer from ${place(d)} that was cut off`, String(d['reason'])),
  'dns.resolver.error': (d) =>
    say('dns', `hears ${String(d['rcode'])} from ${place(d)}`, 'That is no answer to the question'),
  'dns.resolver.unreachable': (d) => say('dns', `cannot reach ${place(d)}`, String(d['reason'])),
  'dns.resolver.server-address': (d) =>
    say('dns', `looks for the address of ${bare(d['name'])}`, String(d['reason'])),
  'dns.resolver.scrub': (d) => say('dns', `does not believe “${told(d['record'])}”`, String(d['reason'])),
  'dns.resolver.whole-name': (d) => say('dns', 'asks for the whole name', String(d['reason'])),
  'dns.resolver.renew': (d) =>
    say('dns', `asks ${bare(d['parent'])} again for the servers of ${bare(d['zone'])}`, String(d['reason'])),
  'dns.resolver.prime': (d) => say('dns', 'asks the root for its servers', String(d['reason'])),
  'dns.resolver.prefetch': (d) => say('dns', `asks anew for ${bare(d['name'])}`, String(d['reason'])),
  'dns.resolver.stale': (d) =>
    say('dns', `answers for ${bare(d['name'])} with data that have expired`, String(d['reason'])),
  'dns.resolver.join': (d) => say('dns', `asks for ${bare(d['name'])} once for several`, String(d['reason'])),
  'dns.resolver.share': (d) =>
    say('dns', `waits for the same answer from ${String(d['server'])}`, String(d['reason'])),
  'dns.resolver.refuse': (d) =>
    say('dns', `answers ${String(d['rcode'])} to ${String(d['client'])}`, String(d['reason'])),
  'dns.resolver.servfail': (d) => say('dns', `answers SERVFAIL for ${bare(d['name'])}`, String(d['reason'])),
  'dns.resolver.answer': (d) => say('dns', answers(d), String(d['reason'])),
  'dns.resolver.cut': (d) =>
    say('dns', `tells ${String(d['client'])} that there is more than fits`, String(d['reason'])),
  'dns.authority.answer': authority,
  'dns.authority.limit': (d) =>
    say(
      'dns',
      d['sent']
        ? `tells ${String(d['client'])} to come back over TCP`
        : `leaves ${String(d['client'])} without an answer`,
      String(d['reason']),
    ),
  'dns.authority.zone': (d) =>
    say(
      'dns',
      d['serialAfter'] === null
        ? `serves ${bare(d['zone'])} no longer`
        : `serves ${bare(d['zone'])} with serial ${String(d['serialAfter'])}`,
      d['serialBefore'] === null
        ? 'It did not serve it before'
        : `Until now it had serial ${String(d['serialBefore'])}`,
    ),
  'dns.authority.health': (d) =>
    say(
      'dns',
      `hears that ${String(d['target'])} is ${d['up'] ? 'up' : 'down'}`,
      'A check of its health said so',
    ),
  'dns.zone.kept': (d) => say('dns', `keeps ${bare(d['origin'])} as it is`, String(d['reason'])),
  'dns.zone.refused': (d) => say('dns', `refuses the new ${bare(d['origin'])}`, String(d['reason'])),
  'dns.overload': (d) =>
    say('dns', 'throws a question away', `${formatNumber(Number(d['waiting']))} are waiting already`),
};

function answers(d: Detail): string {
  if (d['data'] !== '') return `answers ${told(d['data'])}`;
  if (d['rcode'] === 'NOERROR') return 'answers that there is no such record';
  return d['rcode'] === 'NXDOMAIN' ? 'answers that there is no such name' : `answers ${String(d['rcode'])}`;
}

function authority(d: Detail): Sentence {
  const result = String(d['result']);
  if (d['truncated'] === true)
    return say('dns', 'answers that there is more than fits: come back over TCP', String(d['reason']));
  const text = ANSWERS[result] ?? `answers ${String(d['rcode'])}`;
  return say(
    'dns',
    result === 'answer' && d['data'] ? `${text} ${told(d['data'])}` : text,
    String(d['reason']),
  );
}
