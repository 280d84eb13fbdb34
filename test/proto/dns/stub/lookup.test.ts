/** Lookups as getaddrinfo does them: two families, hosts file, search list, TCP, servers that behave oddly. */
import { describe, expect, it } from 'vitest';
import { formatIp, parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { MILLISECOND, SECOND } from '../../../../src/engine/base/units.ts';
import { HostsFile } from '../../../../src/engine/proto/dns/stub/hosts.ts';
import {
  type StubOptions,
  StubResolver,
  type StubResult,
} from '../../../../src/engine/proto/dns/stub/stub.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import type { DnsMessage, DnsRecord } from '../../../../src/engine/wire/dns/message.ts';
import { dataText, parseRecord } from '../../../../src/engine/wire/dns/text.ts';
import { type Responder, Script } from '../script.ts';

const FIRST = '192.0.2.1';
const OTHER = '2001:db8::2';
const THIRD = '192.0.2.3';

const records: readonly DnsRecord[] = [
  parseRecord('shop.example.', 300, 'A', '192.0.2.80'),
  parseRecord('shop.example.', 300, 'AAAA', '2001:db8::80'),
  parseRecord('four.example.', 300, 'A', '192.0.2.4'),
  parseRecord('alias.example.', 300, 'CNAME', 'shop.example.'),
  parseRecord('text.example.', 300, 'TXT', '"no address"'),
  parseRecord('deep.shop.example.', 300, 'A', '192.0.2.9'),
];

/** Knows the records, follows aliases. */
const know: Responder = (query) => {
  const { name, type } = query.questions[0]!;
  const answers: DnsRecord[] = [];
  let end = name;
  const alias = records.find((record) => record.name === end && record.type === TYPE.CNAME);
  if (alias?.type === TYPE.CNAME) {
    answers.push(alias);
    end = alias.data;
  }
  answers.push(...records.filter((record) => record.name === end && record.type === type));
  const exists = records.some((record) => record.name === end);
  const response = { ...query, response: true, recursionAvailable: true, answers };
  return exists ? response : { ...response, rcode: RCODE.NXDOMAIN };
};
const say =
  (change: Partial<DnsMessage>): Responder =>
  (query) => ({ ...query, response: true, recursionAvailable: true, ...change });
const isAaaa = (query: DnsMessage): boolean => query.questions[0]!.type === TYPE.AAAA;

function stub(options: Partial<StubOptions> = {}, responder: Responder = know): Script<StubResolver> {
  const servers = [parseIp(FIRST), parseIp(OTHER)];
  const script = new Script(new StubResolver({ servers, random: new Random(1), caching: false, ...options }));
  for (const server of [FIRST, OTHER, THIRD]) script.server(server, 10 * MILLISECOND, responder);
  return script;
}

function lookup(
  script: Script<StubResolver>,
  name: string,
  families: readonly (4 | 6)[] = [4, 6],
): StubResult {
  script.machine.lookup(name, families, script.now);
  script.drain();
  let result = script.machine.pollResult();
  script.run(() => (result ??= script.machine.pollResult()) !== undefined);
  if (!result) throw new Error(`no result for ${name}`);
  return result;
}

const data = (result: StubResult): string[] => result.answers.map(dataText);

describe('A and AAAA', () => {
  it('are asked together, from one port, A first', () => {
    const ports: number[] = [];
    const script = stub({}, (query, now, sent) => {
      ports.push(sent.localPort);
      return know(query, now, sent);
    });
    expect(data(lookup(script, 'shop.example'))).toEqual(['192.0.2.80', '2001:db8::80']);
    expect(script.sent).toEqual([`0 ${FIRST} shop.example. A`, `0 ${FIRST} shop.example. AAAA`]);
    expect(new Set(ports).size).toBe(1);
    expect(script.machine.ports()).toEqual([]);
  });

  it('one at a time with single-request, from two ports with single-request-reopen', () => {
    for (const pairing of ['single-request', 'single-request-reopen'] as const) {
      const ports: number[] = [];
      const script = stub({ pairing }, (query, now, sent) => {
        ports.push(sent.localPort);
        return know(query, now, sent);
      });
      expect(data(lookup(script, 'shop.example'))).toHaveLength(2);
      expect(script.sent).toEqual([`0 ${FIRST} shop.example. A`, `10 ${FIRST} shop.example. AAAA`]);
      expect(new Set(ports).size).toBe(pairing === 'single-request' ? 1 : 2);
    }
  });

  it('one of them alone is enough: no AAAA, a name with one family', () => {
    expect(data(lookup(stub(), 'four.example'))).toEqual(['192.0.2.4']);
    expect(lookup(stub(), 'four.example', [6])).toMatchObject({ error: 'EAI_NODATA', rcode: RCODE.NOERROR });
    const never = stub({ noAaaa: true });
    expect(data(lookup(never, 'shop.example'))).toEqual(['192.0.2.80']);
    expect(never.sent).toHaveLength(1);
  });

  it('an alias is told once, and names what it leads to', () => {
    const result = lookup(stub(), 'alias.example');
    expect(data(result)).toEqual(['shop.example.', '192.0.2.80', '2001:db8::80']);
    expect(result.canonicalName).toBe('shop.example.');
  });

  it('an alias of nothing: getaddrinfo has no such name, a query no such record', () => {
    const script = stub({}, (query) => ({
      ...query,
      response: true,
      recursionAvailable: true,
      answers: [parseRecord(query.questions[0]!.name, 60, 'CNAME', 'text.example.')],
    }));
    expect(lookup(script, 'shop.example', [4])).toMatchObject({
      error: 'EAI_NONAME',
      answers: [{ data: 'text.example.' }],
    });
    script.machine.query('shop.example', TYPE.A, script.now);
    script.drain();
    script.run();
    expect(script.machine.pollResult()).toMatchObject({ error: 'EAI_NODATA' });
  });

  it('a server that is silent about AAAA is asked in three ways before A has to do', () => {
    const script = stub({}, (query, now, sent) => (isAaaa(query) ? undefined : know(query, now, sent)));
    expect(data(lookup(script, 'shop.example'))).toEqual(['192.0.2.80']);
    expect(script.sent.map((line) => line.replace(`${FIRST} shop.example. `, ''))).toEqual([
      '0 A',
      '0 AAAA',
      '5000 A',
      '5010 AAAA',
      '10010 A',
      '10020 AAAA',
    ]);
    expect(script.now).toBe(15_020 * MILLISECOND);
    expect(script.all('dns.stub.partial')).toMatchObject([{ missing: 'AAAA', server: FIRST }]);
  });

  it('a server that fails for AAAA is not asked again, and no other is', () => {
    const script = stub({}, (query, now, sent) =>
      isAaaa(query) ? say({ rcode: RCODE.SERVFAIL })(query, now, sent) : know(query, now, sent),
    );
    expect(data(lookup(script, 'shop.example'))).toEqual(['192.0.2.80']);
    expect(script.sent).toHaveLength(2);
  });
});

describe('servers', () => {
  it('wait as glibc: the whole time for the first, a share that doubles for the others', () => {
    const servers = [FIRST, OTHER, THIRD].map(parseIp);
    const script = stub({ servers, attempts: 2 }, () => undefined);
    expect(lookup(script, 'four.example', [4])).toMatchObject({ error: 'EAI_AGAIN' });
    // 5 s; 5 · 2 / 3 and 5 · 4 / 3 in whole seconds
    expect(script.sent.map((line) => Number(line.split(' ')[0]))).toEqual([
      0, 5000, 8000, 14000, 19000, 22000,
    ]);
    expect(script.now).toBe(28 * SECOND);
  });

  it('at whose port nobody listens are passed over at once, and all of them are no server', () => {
    const script = stub({ search: ['example'] }, () => 'refused');
    expect(lookup(script, 'four.example')).toMatchObject({ error: 'EAI_AGAIN' });
    expect(script.now).toBe(2 * 2 * 2 * 10 * MILLISECOND);
    expect(script.all('dns.stub.useless')[0]).toMatchObject({ reason: `${FIRST}: refused`, server: FIRST });
  });

  it('begin in turn with rotate', () => {
    const script = stub({ rotate: true });
    for (let i = 0; i < 3; i++) lookup(script, 'four.example', [4]);
    expect(script.sent.map((line) => line.split(' ')[1])).toEqual([FIRST, OTHER, FIRST]);
  });

  it('are asked again over TCP for what was truncated, both questions on one connection', () => {
    const script = stub({}, (query, now, sent) => {
      const response = know(query, now, sent) as DnsMessage;
      return sent.transport === 'udp' ? { ...response, truncated: true, answers: [] } : response;
    });
    // the script lets the first message of a connection wait for its handshake, and not the second
    expect(data(lookup(script, 'shop.example'))).toEqual(['2001:db8::80', '192.0.2.80']);
    expect(script.sent).toEqual([
      `0 ${FIRST} shop.example. A`,
      `0 ${FIRST} shop.example. AAAA`,
      `10 ${FIRST} shop.example. A tcp`,
      `10 ${FIRST} shop.example. AAAA tcp`,
    ]);
    expect([script.machine.exchanges(), script.machine.ports()]).toEqual([[], []]);
    expect(script.all('dns.stub.ask')[2]).toMatchObject({
      transport: 'tcp',
      reason: `the answer of ${FIRST} does not fit a datagram`,
    });
  });

  it('over TCP each has one try, and what it says counts', () => {
    const script = stub({ useTcp: true, attempts: 3 }, (query, now, sent) =>
      formatIp(sent.to) === FIRST ? 'broken' : say({ rcode: RCODE.REFUSED })(query, now, sent),
    );
    expect(lookup(script, 'shop.example')).toMatchObject({ error: 'EAI_NONAME' });
    expect(script.sent.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      `${FIRST} shop.example. A tcp`,
      `${FIRST} shop.example. AAAA tcp`,
      `${OTHER} shop.example. A tcp`,
      `${OTHER} shop.example. AAAA tcp`,
    ]);
    const dead = stub({ useTcp: true }, () => undefined);
    expect(lookup(dead, 'shop.example')).toMatchObject({ error: 'EAI_AGAIN' });
    expect(dead.sent).toHaveLength(4);
  });

  it('that know no EDNS are asked without it', () => {
    const script = stub({ edns0: true }, (query, now, sent) =>
      query.additionals.length > 0
        ? say({ rcode: RCODE.FORMERR, additionals: [] })(query, now, sent)
        : know(query, now, sent),
    );
    expect(data(lookup(script, 'four.example', [4]))).toEqual(['192.0.2.4']);
    expect(script.sent).toHaveLength(2);
  });
});

/** Names that were asked for A, in order. */
function tried(script: Script<StubResolver>): string[] {
  return script.sent.map((line) => line.split(' ')[2]!);
}

describe('the search list', () => {
  const search = ['one.example', 'shop.example', 'example'];

  it.each<[string, Partial<StubOptions>, string, string[], string | undefined]>([
    ['short names go through the list', {}, 'deep', ['deep.one.example.', 'deep.shop.example.'], undefined],
    [
      'and are tried as they are at the end',
      {},
      'none',
      ['none.one.example.', 'none.shop.example.', 'none.example.', 'none.'],
      'EAI_NONAME',
    ],
    ['names with a dot are tried as they are first', {}, 'shop.example', ['shop.example.'], undefined],
    ['a dot at the end ends it', {}, 'deep.', ['deep.'], 'EAI_NONAME'],
    [
      'ndots:2 sends them through the list first',
      { ndots: 2 },
      'shop.example',
      ['shop.example.one.example.', 'shop.example.shop.example.', 'shop.example.example.', 'shop.example.'],
      undefined,
    ],
    [
      'ndots:0 tries everything as it is',
      { ndots: 0 },
      'deep',
      ['deep.', 'deep.one.example.', 'deep.shop.example.'],
      undefined,
    ],
    [
      'a name without addresses leads on, and counts at the end',
      { search: ['example'] },
      'text',
      ['text.example.', 'text.'],
      'EAI_NODATA',
    ],
    [
      'the root on the list is the name as it is',
      { search: ['.', 'example'] },
      'none',
      ['none.', 'none.example.'],
      'EAI_NONAME',
    ],
    [
      'no-tld-query keeps short names from the root',
      { noTldQuery: true, search: ['example'] },
      'none',
      ['none.example.'],
      'EAI_NONAME',
    ],
    ['no list, no search', { search: [] }, 'none', ['none.'], 'EAI_NONAME'],
  ])('%s', (_, options, name, names, error) => {
    const script = stub({ search, ...options });
    expect(lookup(script, name, [4]).error).toBe(error);
    expect(tried(script)).toEqual(names);
  });

  it('goes on after SERVFAIL, and says why at each step', () => {
    const script = stub({ search, servers: [parseIp(FIRST)], attempts: 1 }, (query, now, sent) =>
      query.questions[0]!.name === 'deep.one.example.'
        ? say({ rcode: RCODE.SERVFAIL })(query, now, sent)
        : know(query, now, sent),
    );
    expect(data(lookup(script, 'deep', [4]))).toEqual(['192.0.2.9']);
    expect(script.all('dns.stub.search')).toEqual([
      {
        name: 'deep.shop.example.',
        reason: 'deep.one.example. could not be resolved; shop.example is number 2 in the search list',
      },
    ]);
  });

  it('ends when nobody answers, but for the name as it is', () => {
    const script = stub({ search, servers: [parseIp(FIRST)], attempts: 1, timeout: SECOND }, () => undefined);
    expect(lookup(script, 'deep', [4])).toMatchObject({ error: 'EAI_AGAIN' });
    expect(tried(script)).toEqual(['deep.one.example.', 'deep.']);
  });

  it('reports the name as it is when that was tried first', () => {
    const script = stub({ search: ['example'] });
    expect(lookup(script, 'text.nobody', [4])).toMatchObject({ error: 'EAI_NONAME' });
    expect(tried(script)).toEqual(['text.nobody.', 'text.nobody.example.']);
  });

  it('passes over names that cannot be', () => {
    const script = stub({ search: ['example'] });
    expect(lookup(script, 'a..b', [4])).toMatchObject({ error: 'EAI_NONAME' });
    expect(script.sent).toEqual([]);
  });
});

describe('what needs no server', () => {
  it('the hosts file: all addresses, and the first name', () => {
    const script = stub({ hosts: new HostsFile('192.0.2.99 chaicart.example shop\n2001:db8::99 shop\n') });
    expect(lookup(script, 'Shop')).toMatchObject({ source: 'hosts', canonicalName: 'chaicart.example' });
    expect(data(lookup(script, 'shop'))).toEqual(['192.0.2.99', '2001:db8::99']);
    expect(script.sent).toEqual([]);
    expect(script.all('dns.stub.hosts')[0]).toMatchObject({ data: '192.0.2.99, 2001:db8::99' });
  });

  it('but a family that it lacks is asked for, a name with a dot at its end too, and a query always', () => {
    const script = stub({ hosts: new HostsFile('192.0.2.99 shop.example\n') });
    expect(data(lookup(script, 'shop.example', [6]))).toEqual(['2001:db8::80']);
    expect(data(lookup(script, 'shop.example.', [4]))).toEqual(['192.0.2.80']);
    script.machine.query('shop.example', TYPE.A, script.now);
    script.drain();
    script.run();
    expect(data(script.machine.pollResult()!)).toEqual(['192.0.2.80']);
    script.machine.useHosts(new HostsFile(''));
    expect(data(lookup(script, 'shop.example', [4]))).toEqual(['192.0.2.80']);
  });

  it('localhost and what is below it', () => {
    const script = stub({ hosts: new HostsFile(''), search: ['example'] });
    expect(lookup(script, 'app.localhost')).toMatchObject({ source: 'special', error: undefined });
    expect(data(lookup(script, 'LOCALHOST.'))).toEqual(['127.0.0.1', '::1']);
    script.machine.query('localhost', TYPE.MX, script.now);
    script.drain();
    expect(script.machine.pollResult()).toMatchObject({ error: 'EAI_NODATA', answers: [] });
    expect(script.sent).toEqual([]);
  });

  it('the cache, also half of it', () => {
    const script = stub({ caching: true });
    expect(lookup(script, 'shop.example', [4]).source).toBe('server');
    expect(data(lookup(script, 'shop.example'))).toEqual(['192.0.2.80', '2001:db8::80']);
    expect(script.sent).toHaveLength(2);
    expect(lookup(script, 'shop.example')).toMatchObject({ source: 'cache', error: undefined });
    expect(script.sent).toHaveLength(2);
  });
});
