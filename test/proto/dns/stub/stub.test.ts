import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../../src/engine/base/address.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { MILLISECOND, NEVER, SECOND } from '../../../../src/engine/base/units.ts';
import {
  type StubOptions,
  StubResolver,
  type StubResult,
} from '../../../../src/engine/proto/dns/stub/stub.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import type { DnsMessage } from '../../../../src/engine/wire/dns/message.ts';
import { parseRecord } from '../../../../src/engine/wire/dns/text.ts';
import { type Responder, Script } from '../script.ts';

const FIRST = '192.0.2.1';
const SECOND_SERVER = '192.0.2.2';
const soa = parseRecord(
  'chaicart.example.',
  60,
  'SOA',
  'ns1.chaicart.example. h.chaicart.example. 1 1 1 1 30',
);

/** A resolver that knows a few names. */
const resolver: Responder = (query) => {
  const { name, type } = query.questions[0]!;
  const response: DnsMessage = { ...query, response: true, recursionAvailable: true };
  if (type === TYPE.A && name === 'chaicart.example.')
    return { ...response, answers: [parseRecord(name, 300, 'A', '192.0.2.80')] };
  if (type === TYPE.A && name === 'www.chaicart.example.') {
    return {
      ...response,
      answers: [
        parseRecord(name, 300, 'CNAME', 'chaicart.example.'),
        parseRecord('chaicart.example.', 120, 'A', '192.0.2.80'),
        parseRecord('stray.example.', 120, 'A', '192.0.2.66'),
      ],
    };
  }
  if (name === 'chaicart.example.') return { ...response, authorities: [soa] };
  return { ...response, rcode: RCODE.NXDOMAIN, authorities: [soa] };
};

function stub(options: Partial<StubOptions> = {}): Script<StubResolver> {
  const script = new Script(
    new StubResolver({
      servers: [parseIp4(FIRST), parseIp4(SECOND_SERVER)],
      random: new Random(1),
      ...options,
    }),
  );
  script.server(FIRST, 10 * MILLISECOND, resolver);
  script.server(SECOND_SERVER, 10 * MILLISECOND, resolver);
  return script;
}

function lookup(script: Script<StubResolver>, name: string, type: number = TYPE.A): StubResult {
  script.machine.query(name, type, script.now);
  script.drain();
  let result = script.machine.pollResult();
  script.run(() => (result ??= script.machine.pollResult()) !== undefined);
  if (!result) throw new Error(`no result for ${name}`);
  return result;
}

describe('a stub resolver', () => {
  it('asks its first server, then its cache', () => {
    const script = stub();
    expect(lookup(script, 'chaicart.example.')).toMatchObject({
      rcode: 0,
      error: undefined,
      source: 'server',
      answers: [{ data: parseIp4('192.0.2.80') }],
    });
    expect(script.now).toBe(10 * MILLISECOND);
    script.pass(SECOND);
    const again = lookup(script, 'CHAICART.example.');
    expect([again.source, again.answers[0]!.ttl]).toEqual(['cache', 299]);
    expect(script.sent).toEqual([`0 ${FIRST} chaicart.example. A`]);
    expect(script.kinds()).toEqual([
      'dns.cache.miss',
      'dns.stub.ask',
      'dns.cache.store',
      'dns.stub.answer',
      'dns.cache.hit',
    ]);
    expect(script.all('dns.stub.ask')).toMatchObject([
      { server: FIRST, attempt: 1, reason: 'neither the hosts file nor the cache knows it' },
    ]);
    expect(script.all('dns.stub.answer')).toMatchObject([
      { server: FIRST, took: 10 * MILLISECOND, data: '192.0.2.80' },
    ]);
  });

  it('keeps aliases and what they lead to, and nothing else', () => {
    const script = stub();
    expect(lookup(script, 'www.chaicart.example.').answers).toHaveLength(2);
    expect(script.machine.cache.rows(script.now).map((row) => row.name)).toEqual([
      'chaicart.example.',
      'www.chaicart.example.',
    ]);
    expect(lookup(script, 'www.chaicart.example.').source).toBe('cache');
    script.pass(121 * SECOND);
    expect(lookup(script, 'www.chaicart.example.').source).toBe('server');
  });

  it('keeps absences for the lesser of TTL and minimum', () => {
    const script = stub();
    expect(lookup(script, 'nobody.example.')).toMatchObject({ rcode: RCODE.NXDOMAIN, error: 'EAI_NONAME' });
    expect(lookup(script, 'chaicart.example.', TYPE.MX)).toMatchObject({
      rcode: RCODE.NOERROR,
      error: 'EAI_NODATA',
    });
    script.pass(29 * SECOND);
    expect(lookup(script, 'nobody.example.').source).toBe('cache');
    expect(lookup(script, 'chaicart.example.', TYPE.MX).source).toBe('cache');
    script.pass(SECOND);
    expect(lookup(script, 'nobody.example.').source).toBe('server');
  });

  it('waits five seconds, takes the next server, and goes round twice', () => {
    const script = stub();
    script.server(FIRST, 0, () => undefined);
    expect(lookup(script, 'chaicart.example.').answers).toHaveLength(1);
    expect(script.now).toBe(5 * SECOND + 10 * MILLISECOND);
    expect(script.all('dns.stub.timeout')).toMatchObject([{ server: FIRST, waited: 5 * SECOND }]);
    const dead = stub();
    dead.server(FIRST, 0, () => undefined);
    dead.server(SECOND_SERVER, 0, () => undefined);
    expect(lookup(dead, 'chaicart.example.')).toMatchObject({ rcode: RCODE.SERVFAIL, error: 'EAI_AGAIN' });
    expect(dead.sent.map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      `0 ${FIRST}`,
      `5000 ${SECOND_SERVER}`,
      `10000 ${FIRST}`,
      `15000 ${SECOND_SERVER}`,
    ]);
    expect(dead.now).toBe(20 * SECOND);
    expect(dead.all('dns.stub.fail')).toMatchObject([
      { sends: 4, reason: `${SECOND_SERVER} did not answer within 5,000\u00a0ms` },
    ]);
    expect(dead.machine.pollTimeout()).toBe(NEVER);
  });

  it.each<[string, Partial<DnsMessage>]>([
    ['fails', { rcode: RCODE.SERVFAIL }],
    ['refuses', { rcode: RCODE.REFUSED }],
    ['does not know the operation', { rcode: RCODE.NOTIMP }],
    ['refers elsewhere', {}],
  ])('takes the next server at once when one %s', (_, change) => {
    const script = stub();
    script.server(FIRST, 10 * MILLISECOND, (query) => ({ ...query, response: true, ...change }));
    expect(lookup(script, 'chaicart.example.').answers).toHaveLength(1);
    expect(script.now).toBe(20 * MILLISECOND);
    expect(script.all('dns.stub.useless')).toHaveLength(1);
  });

  it('asks once for two programs that want the same', () => {
    const script = stub();
    const first = script.machine.query('chaicart.example.', TYPE.A, 0);
    const second = script.machine.query('chaicart.example.', TYPE.A, 0);
    script.drain();
    script.run();
    expect([script.machine.pollResult()?.handle, script.machine.pollResult()?.handle]).toEqual([
      first,
      second,
    ]);
    expect(script.sent).toHaveLength(1);
  });

  it('sends what it is told to: timeout, attempts, EDNS, no cache, no server', () => {
    const script = stub({
      timeout: SECOND,
      attempts: 1,
      edns0: true,
      caching: false,
      servers: [parseIp4(FIRST)],
    });
    let sizes: number[] = [];
    script.server(FIRST, 0, (query) => {
      sizes = query.additionals.map((record) => record.class);
      return undefined;
    });
    expect(lookup(script, 'chaicart.example.').error).toBe('EAI_AGAIN');
    expect([sizes, script.now, script.sent.length]).toEqual([[1232], SECOND, 1]);
    expect(lookup(stub({ servers: [] }), 'chaicart.example.').error).toBe('EAI_AGAIN');
    const uncached = stub({ caching: false });
    lookup(uncached, 'chaicart.example.');
    expect(lookup(uncached, 'chaicart.example.').source).toBe('server');
  });

  it('ignores forgeries', () => {
    const script = stub();
    script.server(FIRST, 10 * MILLISECOND, (query, now, sent) => {
      script.at(now, () => {
        script.machine.handle(
          {
            transport: 'udp',
            from: parseIp4('203.0.113.66'),
            port: 53,
            localPort: sent.localPort,
            bytes: sent.bytes,
          },
          now,
        );
        script.machine.handle(
          {
            transport: 'udp',
            from: parseIp4(FIRST),
            port: 53,
            localPort: sent.localPort ^ 1,
            bytes: sent.bytes,
          },
          now,
        );
      });
      return resolver(query, now, sent);
    });
    expect(lookup(script, 'chaicart.example.').answers).toHaveLength(1);
    expect(script.all('dns.stub.ignore')).toHaveLength(2);
  });
});
