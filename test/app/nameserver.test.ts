/** A name server on a host: over UDP and TCP, broken in several ways, with zones that change. */
import { describe, expect, it } from 'vitest';
import { DnsStreams } from '../../src/engine/app/dns-streams.ts';
import { type NameServer, type NameServerOptions, runNameServer } from '../../src/engine/app/nameserver.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { makeQuery } from '../../src/engine/proto/dns/message.ts';
import type { ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';
import { rcodeName, TYPE } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { dataText } from '../../src/engine/wire/dns/text.ts';
import { pair } from '../net/small-world.ts';

const SERVER = parseIp('192.0.2.2');
/** Milliseconds after which the two know each other's hardware addresses. */
const START = 1_000;
const zone = (serial: number, address: string): ZoneText => ({
  origin: 'tea.example.',
  text: `$TTL 300
@ SOA ns who ${serial} 7200 900 604800 60
@ NS ns
ns A 192.0.2.2
www A ${address}
${Array.from({ length: 40 }, (_, i) => `many A 198.51.100.${i}`).join('\n')}
`,
});

/** A client on one side of a cable, the server on the other. Answers come as they arrive, with their milliseconds. */
function world(options: NameServerOptions = {}) {
  const made = pair({ delay: 10 * MILLISECOND });
  const { a, b, world: run } = made;
  const server: NameServer = runNameServer(b, [zone(1, '203.0.113.1')], options);
  const heard: string[] = [];
  const hear = (transport: string, bytes: Uint8Array): void => {
    const { rcode, truncated, answers } = decodeDns(bytes);
    const data = answers.length > 2 ? `${answers.length} records` : answers.map(dataText).join(' ');
    heard.push(
      `${Math.round(run.now / MILLISECOND) - START} ${transport} ${rcodeName(rcode)}${truncated ? ' TC' : ''} ${data}`.trim(),
    );
  };
  const socket = a.udp.bind(5353);
  socket.onReceive = ({ bytes }) => hear('udp', bytes);
  const streams = new DnsStreams(a, {
    onMessage: ({ bytes }) => hear('tcp', bytes),
    onFailure: ({ reason }) => heard.push(`tcp ${reason}`),
  });
  run.kernel.call(0, () => socket.send(SERVER, 53, new Uint8Array(3))); // no query, so no answer
  let exchange = 0;
  const ask = (name: string, transport: 'udp' | 'tcp', udpSize?: number, isNew = true): void => {
    const bytes = encodeDns(makeQuery(1, name, TYPE.A, false, udpSize));
    if (transport === 'udp') socket.send(SERVER, 53, bytes);
    else streams.send(isNew ? ++exchange : exchange, SERVER, 53, bytes);
  };
  const at = (ms: number, body: () => void): void => {
    run.kernel.call((START + ms) * MILLISECOND, body);
  };
  const events = (kind: string) => [...run.trace.events([kind])].map(({ detail }) => detail!);
  return { ...made, server, heard, ask, at, events, finish: () => run.kernel.run({ until: 9 * SECOND }) };
}

describe('a name server on a host', () => {
  it('answers over UDP; what is too long comes truncated, and whole over TCP', () => {
    const { ask, at, heard, finish, events } = world();
    at(0, () => ask('www.tea.example.', 'udp'));
    at(100, () => ask('many.tea.example.', 'udp'));
    at(200, () => ask('many.tea.example.', 'tcp'));
    at(300, () => ask('www.tea.example.', 'tcp', undefined, false));
    finish();
    expect(heard).toEqual([
      '20 udp NOERROR 203.0.113.1',
      '120 udp NOERROR TC',
      '240 tcp NOERROR 40 records', // a round trip more for the connection
      '320 tcp NOERROR 203.0.113.1',
    ]);
    expect(events('dns.authority.answer')).toMatchObject([
      {
        client: '192.0.2.1',
        transport: 'udp',
        name: 'www.tea.example.',
        type: 'A',
        rcode: 'NOERROR',
        answers: 1,
      },
      { transport: 'udp', truncated: true },
      { transport: 'tcp', truncated: false, answers: 40 },
      { transport: 'tcp', name: 'www.tea.example.' },
    ]);
  });

  it('takes its time, one query after the other', () => {
    const { ask, at, heard, finish } = world({ work: 30 * MILLISECOND });
    at(0, () => {
      ask('www.tea.example.', 'udp');
      ask('www.tea.example.', 'udp');
    });
    finish();
    expect(heard.map((line) => line.split(' ')[0])).toEqual(['50', '80']);
  });

  it('serves what it is given while it runs, also after a restart, and tells of it', () => {
    const { b, server, ask, at, heard, finish, events } = world();
    at(0, () => server.replace(zone(2, '203.0.113.2')));
    at(10, () => ask('www.tea.example.', 'udp'));
    at(100, () => b.crash());
    at(300, () => ask('www.tea.example.', 'udp'));
    at(400, () => server.remove('tea.example.'));
    at(500, () => ask('www.tea.example.', 'udp'));
    finish();
    expect(heard).toEqual(['30 udp NOERROR 203.0.113.2', '340 udp NOERROR 203.0.113.2', '520 udp REFUSED']);
    expect(events('dns.authority.zone')).toEqual([
      { zone: 'tea.example.', serialBefore: 1, serialAfter: 2 },
      { zone: 'tea.example.', serialBefore: 2, serialAfter: null },
    ]);
  });

  it('draws from a stream of its own, so that two runs are the same', () => {
    const run = (): string[] => {
      const varied = [
        {
          name: 'many.tea.example.',
          type: 'A',
          choose: { weights: { '198.51.100.1': 1, '198.51.100.2': 1 } },
        },
      ];
      const { ask, at, heard, finish } = world({ varied });
      for (let i = 0; i < 20; i++) at(i * 10, () => ask('many.tea.example.', 'udp'));
      finish();
      return heard;
    };
    const first = run();
    expect(run()).toEqual(first);
    expect(new Set(first.map((line) => line.split(' ').at(-1)))).toEqual(
      new Set(['198.51.100.1', '198.51.100.2']),
    );
  });
});

describe('a broken one', () => {
  const asked = (options: NameServerOptions): string[] => {
    const { ask, at, heard, finish } = world(options);
    at(0, () => ask('www.tea.example.', 'udp'));
    at(100, () => ask('www.tea.example.', 'udp', 1232));
    at(200, () => ask('www.tea.example.', 'tcp'));
    finish();
    return heard;
  };
  const good = ['20 udp NOERROR 203.0.113.1', '120 udp NOERROR 203.0.113.1', '240 tcp NOERROR 203.0.113.1'];

  it.each<[string, NameServerOptions, string[]]>([
    ['not at all', {}, good],
    ['drops UDP', { faults: ['drops-udp'] }, good.slice(2)],
    ['drops TCP', { faults: ['drops-tcp'] }, good.slice(0, 2)],
    ['drops queries with EDNS', { faults: ['drops-edns'] }, [good[0]!, good[2]!]],
    ['fails', { faults: ['fails'] }, good.map((line) => line.replace(/NOERROR .*/, 'SERVFAIL'))],
    ['rejects EDNS', { faults: ['rejects-edns'] }, [good[0]!, '120 udp FORMERR', good[2]!]],
    ['refuses', { faults: ['refuses'] }, good.map((line) => line.replace(/NOERROR .*/, 'REFUSED'))],
  ])('%s', (_, options, heard) => {
    expect(asked(options)).toEqual(heard);
  });

  it('can be broken and mended while it runs', () => {
    const { server, ask, at, heard, finish } = world();
    at(0, () => server.faults.add('drops-udp'));
    at(10, () => ask('www.tea.example.', 'udp'));
    at(100, () => server.faults.delete('drops-udp'));
    at(110, () => ask('www.tea.example.', 'udp'));
    finish();
    expect(heard).toEqual(['130 udp NOERROR 203.0.113.1']);
  });
});
