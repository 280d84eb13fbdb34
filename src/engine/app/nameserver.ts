/**
 * A name server on a host: UDP port 53, one query after the other, each costing some processor time.
 */
import { MICROSECOND, type Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { Datagram, UdpSocket } from '../net/transport/udp-stack.ts';
import { Authority } from '../proto/dns/authority.ts';
import { DNS_PORT } from '../proto/dns/message.ts';
import type { ZoneData } from '../proto/dns/zone.ts';
import { Mailbox, type Task } from '../sim/task.ts';
import { NONE } from '../trace/log.ts';

/** Time to answer one query: tens of microseconds is what a busy authoritative server takes. */
const WORK: Nanoseconds = 50 * MICROSECOND;

export function runNameServer(host: Host, zones: readonly ZoneData[]): void {
  const authority = new Authority(zones);
  host.onBoot(() => {
    const socket = host.udp.bind(DNS_PORT);
    const queries = new Mailbox<Datagram>(512);
    socket.onReceive = (datagram) => {
      if (!queries.put(datagram)) host.record('dns.overload', { waiting: queries.length });
    };
    host.run('nameserver', serve(host, authority, socket, queries));
  });
}

function* serve(host: Host, authority: Authority, socket: UdpSocket, queries: Mailbox<Datagram>): Task {
  const { trace } = host.world;
  for (;;) {
    const query = yield* queries.take();
    yield* host.compute(WORK, 'answering a DNS query');
    const answer = authority.answer(query.bytes);
    if (!answer) continue;
    for (const event of answer.events) {
      const id = host.record(event.kind, event.detail);
      if (id !== NONE) trace.cause = id;
    }
    socket.send(query.from, query.port, answer.response);
  }
}
