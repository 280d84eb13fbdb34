/**
 * Worlds for tests of the network floor and of everything that reads a run: a home behind a translating router, a
 * switch, a router on the way, and two servers.
 *
 *     laptop ─┐
 *     phone  ─┤ switch ─ home (NAT) ─ isp ─ web (203.0.113.80)
 *     desk   ─┘                         └── dns (198.51.100.53)
 */
import { parseIp4 } from '../../src/engine/base/address.ts';
import { fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Host, Router } from '../../src/engine/net/host.ts';
import { corruptPastFcs, duplicate, randomLoss, reorder } from '../../src/engine/net/link/fault.ts';
import type { LinkOptions } from '../../src/engine/net/link/link.ts';
import type { Switch } from '../../src/engine/net/link/switch.ts';
import { type Link, Network } from '../../src/engine/net/network.ts';
import { changed, type TcpSocket } from '../../src/engine/net/transport/tcp-socket.ts';
import type { Task } from '../../src/engine/sim/task.ts';
import { World, type WorldOptions } from '../../src/engine/sim/world.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { encodeEcho } from '../../src/engine/wire/icmp.ts';

export interface Pair {
  readonly world: World;
  readonly network: Network;
  readonly a: Host;
  readonly b: Host;
  readonly link: Link;
}

/** Two hosts on one cable: 192.0.2.1 and 192.0.2.2. */
export function pair(options: LinkOptions, world: WorldOptions = {}, back: Partial<LinkOptions> = {}): Pair {
  const made = new World(world);
  const network = new Network(made);
  const a = network.host('a');
  const b = network.host('b');
  const link = network.link([a, 'eth0', '192.0.2.1/24'], [b, 'eth0', '192.0.2.2/24'], options, back);
  return { world: made, network, a, b, link };
}

export interface Home {
  readonly world: World;
  readonly network: Network;
  readonly laptop: Host;
  readonly phone: Host;
  readonly desk: Host;
  readonly lan: Switch;
  readonly home: Router;
  readonly isp: Router;
  readonly web: Host;
  readonly dns: Host;
}

export const WEB = parseIp4('203.0.113.80');
export const DNS = parseIp4('198.51.100.53');
export const OUTSIDE = '192.0.2.10';

export function home(options: WorldOptions = {}): Home {
  const world = new World(options);
  const network = new Network(world);
  const lan = network.switch('switch');
  const laptop = network.host('laptop');
  const phone = network.host('phone');
  const desk = network.host('desk');
  const home = network.router('home');
  const isp = network.router('isp');
  const web = network.host('web');
  const dns = network.host('dns');
  const ethernet: LinkOptions = { delay: MILLISECOND / 10, rate: 1e9 };
  network.link([laptop, 'wlan0', '192.168.1.23/24'], [lan, 'p1'], ethernet);
  network.link([phone, 'wlan0', '192.168.1.24/24'], [lan, 'p2'], ethernet);
  network.link([desk, 'eth0', '192.168.1.25/24'], [lan, 'p3'], ethernet);
  network.link([home, 'lan', '192.168.1.1/24'], [lan, 'p4'], ethernet);
  network.link([home, 'wan', `${OUTSIDE}/24`], [isp, 'home', '192.0.2.1/24'], {
    delay: 5 * MILLISECOND,
    rate: 20e6,
  });
  network.link([isp, 'web', '203.0.113.1/24'], [web, 'eth0', '203.0.113.80/24'], {
    delay: 10 * MILLISECOND,
    rate: 1e9,
  });
  network.link([isp, 'dns', '198.51.100.1/24'], [dns, 'eth0', '198.51.100.53/24'], {
    delay: 8 * MILLISECOND,
    rate: 1e9,
  });
  for (const host of [laptop, phone, desk]) network.route(host, 'default', '192.168.1.1');
  network.route(home, 'default', '192.0.2.1');
  network.route(web, 'default', '203.0.113.1');
  network.route(dns, 'default', '198.51.100.1');
  network.nat(home, 'wan');
  return { world, network, laptop, phone, desk, lan, home, isp, web, dns };
}

/** Sends an echo request. */
export function ping(host: Host, to: string, sequence = 1, data = 'abcdefgh'): void {
  host.ip.sendIcmp(encodeEcho(8, 0x1234, sequence, fromLatin1(data)), undefined, parseIp4(to));
}

/** A name server that gives everything the address of the web server. */
export function serveNames(host: Host): void {
  const socket = host.udp.bind(53);
  socket.onReceive = ({ from, port, bytes }) => {
    socket.send(
      from,
      port,
      encodeDns({
        id: (bytes[0]! << 8) | bytes[1]!,
        response: true,
        opcode: 0,
        authoritative: true,
        truncated: false,
        recursionDesired: true,
        recursionAvailable: false,

        authenticData: false,
        checkingDisabled: false,
        rcode: 0,
        questions: [{ name: 'www.chaicart.example.', type: 1, class: 1 }],
        answers: [{ name: 'www.chaicart.example.', type: 1, class: 1, ttl: 300, data: WEB }],
        authorities: [],
        additionals: [],
      }),
    );
  };
}

export function askName(host: Host, id = 0x1f07): void {
  const socket = host.udp.bind();
  socket.send(
    DNS,
    53,
    encodeDns({
      id,
      response: false,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: false,

      authenticData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [{ name: 'www.chaicart.example.', type: 1, class: 1 }],
      answers: [],
      authorities: [],
      additionals: [],
    }),
  );
}

/** One text that takes several segments. */
export const PAGE = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6000\r\n\r\n${'<p>tea</p>'.repeat(545)}12345`;

/** A server that answers whatever arrives with {@link PAGE}, and closes. */
export function servePage(host: Host, port = 80): void {
  const listener = host.tcp.listen(port);
  host.run(
    'httpd',
    (function* () {
      for (;;) {
        const socket = yield* listener.accept();
        host.run('connection', answer(socket));
      }
    })(),
  );
}

function* answer(socket: TcpSocket): Task {
  while (socket.readable === 0 && !socket.ended && socket.error === undefined) yield changed(socket);
  socket.read();
  yield* writeAll(socket, fromLatin1(PAGE));
  socket.end();
}

export function* writeAll(socket: TcpSocket, bytes: Uint8Array): Task {
  for (let at = 0; at < bytes.length && socket.error === undefined; ) {
    at += socket.write(bytes.subarray(at));
    if (at < bytes.length) yield changed(socket);
  }
}

/** Fetches the page and gives what came. */
export function* fetchPage(host: Host, port = 80): Task<string> {
  const socket = yield* host.tcp.connect(WEB, port);
  yield* writeAll(socket, fromLatin1('GET /menu HTTP/1.1\r\nHost: www.chaicart.example\r\n\r\n'));
  let text = '';
  while (!socket.ended && socket.error === undefined) {
    if (socket.readable === 0) yield changed(socket);
    text += toLatin1(socket.read());
  }
  socket.end();
  return text;
}

/**
 * Everything that the engine's lower floors can say: ARP, pings, names, a page, a refused connection, an unknown
 * host, a datagram to nobody; with loss, when asked for.
 */
export function evening(options: WorldOptions = {}, loss = 0): Home {
  const made = home(options);
  const { world, network, laptop, phone, web, dns } = made;
  if (loss > 0) {
    for (const channel of network.channels) {
      const random = world.random(`${channel.from}>${channel.to}/faults`);
      channel.faults.push(
        randomLoss(loss, random),
        duplicate(loss, random),
        corruptPastFcs(loss, random),
        reorder(loss, 3 * MILLISECOND, random),
      );
    }
  }
  serveNames(dns);
  servePage(web);
  askName(laptop);
  ping(laptop, '203.0.113.80');
  ping(phone, '203.0.113.80', 7);
  laptop.run('fetch', fetchPage(laptop));
  world.kernel.call(40 * MILLISECOND, () => phone.run('fetch', fetchPage(phone)));
  world.kernel.call(50 * MILLISECOND, () => phone.run('refused', fetchPage(phone, 81)));
  world.kernel.call(60 * MILLISECOND, () => ping(laptop, '203.0.113.99'));
  world.kernel.call(70 * MILLISECOND, () => laptop.udp.bind().send(WEB, 9, fromLatin1('discard me')));
  world.kernel.call(80 * MILLISECOND, () => ping(laptop, '100.64.0.1'));
  world.kernel.run({ until: 600 * SECOND, maxEvents: 200_000 });
  return made;
}
