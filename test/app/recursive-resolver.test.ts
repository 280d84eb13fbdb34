/** The resolver on a host: between a client and a server, over UDP and TCP, IPv4 and IPv6, and through a restart. */
import { describe, expect, it } from 'vitest';
import { DnsStreams } from '../../src/engine/app/dns-streams.ts';
import { runNameServer } from '../../src/engine/app/nameserver.ts';
import { type RecursiveResolverOptions, runResolver } from '../../src/engine/app/recursive-resolver.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import { makeQuery } from '../../src/engine/proto/dns/message.ts';
import { World } from '../../src/engine/sim/world.ts';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsMessage } from '../../src/engine/wire/dns/message.ts';
import { compareTables } from '../inspect/compare-tables.ts';

const RESOLVER = parseIp('192.0.2.1');
const ROOT4 = '198.51.100.2';
const ROOT6 = '2001:db8::2';

function world(options: Partial<RecursiveResolverOptions> = {}, roots: readonly string[] = [ROOT4]) {
  const run = new World({});
  const network = new Network(run);
  const [client, resolver, server] = ['client', 'resolver', 'server'].map((name) => network.host(name));
  const delay = { delay: 5 * MILLISECOND };
  network.link([client!, 'eth0', '192.0.2.2/24'], [resolver!, 'eth0', '192.0.2.1/24'], delay);
  network.link(
    [resolver!, 'eth1', '198.51.100.1/24', '2001:db8::1/64'],
    [server!, 'eth0', `${ROOT4}/24`, `${ROOT6}/64`],
    delay,
  );
  const many = Array.from({ length: 100 }, (_, i) => `many A 203.0.113.${i}`).join('\n');
  const text = `$TTL 300\n@ SOA ns who 1 7200 900 604800 60\n@ NS ns\nns A ${ROOT4}\nwww A 203.0.113.80\n${many}\n`;
  runNameServer(server!, [{ origin: '.', text }]);
  const hints = [{ name: 'ns.', addresses: roots.map(parseIp) }];
  const running = runResolver(resolver!, { hints, ...options });
  const heard: DnsMessage[] = [];
  const hear = ({ bytes }: { readonly bytes: Uint8Array }): void => {
    heard.push(decodeDns(bytes));
  };
  const socket = client!.udp.bind(5353);
  socket.onReceive = hear;
  const streams = new DnsStreams(client!, { onMessage: hear, onFailure: () => {} });
  let exchange = 0;
  const ask = (seconds: number, name: string, transport: 'udp' | 'tcp'): void => {
    run.kernel.call(seconds * SECOND, () => {
      const bytes = encodeDns(makeQuery(1, name, TYPE.A, true, 1232));
      if (transport === 'udp') socket.send(RESOLVER, 53, bytes);
      else streams.send(++exchange, RESOLVER, 53, bytes);
    });
  };
  const asked = () => [...run.trace.events(['dns.resolver.ask'])].map(({ detail }) => detail!);
  const finish = (seconds = 60): void => {
    run.kernel.run({ until: seconds * SECOND });
    expect(compareTables(network, run.trace)).toEqual([]);
  };
  return { run, network, resolver: resolver!, running, heard, ask, asked, finish };
}

describe('a resolver on a host', () => {
  it('asks over TCP for what does not fit, and gives it to a client over TCP', () => {
    const { ask, heard, asked, finish } = world();
    ask(1, 'many.', 'tcp');
    ask(5, 'many.', 'udp');
    finish();
    expect(heard.map(({ answers, truncated }) => [answers.length, truncated])).toEqual([
      [100, false],
      [0, true],
    ]);
    expect(asked().map(({ transport }) => transport ?? 'udp')).toEqual(['udp', 'tcp']);
  });

  it('asks over IPv6', () => {
    const { ask, heard, asked, finish } = world({}, [ROOT6]);
    ask(5, 'www.', 'udp');
    finish();
    expect([heard.length, heard[0]?.answers.length, asked()[0]?.['server']]).toEqual([1, 1, ROOT6]);
  });

  it('tries the next address at once when the network says no', () => {
    const { ask, heard, asked, finish } = world({}, ['203.0.113.9', ROOT4]);
    for (let i = 0; i < 8; i++) ask(1 + i, `n${i}.`, 'udp');
    finish();
    expect(heard).toHaveLength(8);
    const unreachable = asked().filter(({ server }) => server === '203.0.113.9');
    expect(unreachable.length).toBeGreaterThan(0);
    expect(asked().length).toBe(8 + unreachable.length);
  });

  it('forgets everything when it starts anew', () => {
    const { run, ask, running, resolver, asked, finish } = world();
    ask(1, 'www.', 'udp');
    run.kernel.call(10 * SECOND, () => {
      expect(running.cache.rows(run.now).length).toBeGreaterThan(0);
      expect(running.machine!.servers.rows(run.now)).toHaveLength(1);
      resolver.crash();
    });
    run.kernel.call(11 * SECOND, () => {
      expect([running.cache.rows(run.now), running.machine!.servers.rows(run.now)]).toEqual([[], []]);
    });
    ask(20, 'www.', 'udp');
    finish();
    expect(asked()).toHaveLength(2);
  });
});
