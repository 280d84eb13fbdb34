/**
 * A small network with prompts, for tests of the shell's programs:
 *
 *     laptop ── home ── web
 *
 * 10 ms and 20 ms away; IPv4 and IPv6; web answers on TCP port 80.
 */
import { MILLISECOND, type Nanoseconds, SECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { type Link, Network } from '../../src/engine/net/network.ts';
import { openTerminals, type Terminal, type TerminalOptions } from '../../src/engine/shell/terminal.ts';
import type { Task } from '../../src/engine/sim/task.ts';
import { World } from '../../src/engine/sim/world.ts';
import type { TraceEvent } from '../../src/engine/trace/event.ts';

export interface Town {
  readonly world: World;
  readonly network: Network;
  readonly laptop: Host;
  readonly home: Host;
  readonly web: Host;
  readonly far: Link;
  readonly terminals: ReadonlyMap<string, Terminal>;
}

export function town(options: Partial<TerminalOptions> = {}): Town {
  const world = new World();
  const network = new Network(world);
  const laptop = network.host('laptop');
  const home = network.router('home');
  const web = network.host('web');
  network.link(
    [laptop, 'eth0', '192.168.1.23/24', '2001:db8:1::23/64'],
    [home, 'lan', '192.168.1.1/24', '2001:db8:1::1/64'],
    { delay: 5 * MILLISECOND },
  );
  const far = network.link(
    [home, 'wan', '203.0.113.1/24', '2001:db8:3::1/64'],
    [web, 'eth0', '203.0.113.80/24', '2001:db8:3::80/64'],
    { delay: 5 * MILLISECOND },
  );
  network.route(laptop, 'default', '192.168.1.1');
  network.route(laptop, 'default', '2001:db8:1::1');
  network.route(web, 'default', '203.0.113.1');
  network.route(web, 'default', '2001:db8:3::1');
  const listener = web.tcp.listen(80);
  web.run(
    'httpd',
    (function* (): Task {
      for (;;) yield* listener.accept();
    })(),
  );
  const terminals = openTerminals(network, {
    users: { laptop: 'maya', home: 'root', web: 'ops' },
    hosts: { 'www.chaicart.example': ['203.0.113.80', '2001:db8:3::80'] },
    ...options,
  });
  return { world, network, laptop, home, web, far, terminals };
}

/** Events of the shell at one machine, in order. */
export function shellEvents({ world }: Town, machine = 'laptop'): readonly TraceEvent[] {
  return [...world.trace.events(['shell.run', 'shell.output', 'shell.exit', 'shell.refused'])].filter(
    ({ node }) => node === machine,
  );
}

export interface Screen {
  readonly out: string;
  readonly err: string;
  readonly status: number;
  /** Virtual time from the line to its end. */
  readonly took: Nanoseconds;
}

/** Types a line now, and gives what it printed; at most ten minutes of virtual time. */
export function type(place: Town, line: string, machine = 'laptop'): Screen {
  const { world } = place;
  const start = world.now;
  const before = shellEvents(place, machine).length;
  world.input(start, 'type', { machine, line });
  for (let tenths = 1; tenths <= 6000; tenths++) {
    world.kernel.run({ until: start + (tenths * SECOND) / 10, maxEvents: 100_000 });
    const events = shellEvents(place, machine).slice(before);
    const exit = events.find(({ kind }) => kind === 'shell.exit');
    if (!exit) continue;
    const of = (stream: string): string =>
      events
        .filter(({ kind, detail }) => kind === 'shell.output' && detail!['stream'] === stream)
        .map(({ detail }) => detail!['text'])
        .join('');
    return {
      out: of('out'),
      err: of('err'),
      status: Number(exit.detail!['status']),
      took: exit.time - start,
    };
  }
  throw new Error(`${line}: no end`);
}
