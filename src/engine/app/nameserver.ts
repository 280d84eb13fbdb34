/**
 * A name server on a host: port 53 of UDP and TCP, one query after the other, each costing some processor time.
 */
import { MICROSECOND, type Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { UdpSocket } from '../net/transport/udp-stack.ts';
import { DNS_PORT, STREAM_SIZE } from '../proto/dns/message.ts';
import type { DnsArrival } from '../proto/dns/packet.ts';
import { Authority } from '../proto/dns/server/authority.ts';
import type { ZoneData } from '../proto/dns/zone/zone.ts';
import { Mailbox, type Task } from '../sim/task.ts';
import { NONE } from '../trace/log.ts';
import { DnsStreams } from './dns-streams.ts';

/** Time to answer one query: tens of microseconds is what a busy authoritative server takes. */
const WORK: Nanoseconds = 50 * MICROSECOND;

export function runNameServer(host: Host, zones: readonly ZoneData[]): void {
  const authority = new Authority(zones);
  host.onBoot(() => {
    const queries = new Mailbox<DnsArrival>(512);
    const put = (arrival: DnsArrival): void => {
      if (!queries.put(arrival)) host.record('dns.overload', { waiting: queries.length });
    };
    const socket = host.udp.bind(DNS_PORT);
    socket.onReceive = ({ from, port, to, bytes }) =>
      put({ transport: 'udp', from, port, to, localPort: DNS_PORT, bytes });
    const streams = new DnsStreams(host, { onMessage: put, onFailure: () => {} });
    streams.listen(DNS_PORT);
    host.run('nameserver', serve(host, authority, socket, streams, queries));
  });
}

function* serve(
  host: Host,
  authority: Authority,
  socket: UdpSocket,
  streams: DnsStreams,
  queries: Mailbox<DnsArrival>,
): Task {
  const { trace } = host.world;
  for (;;) {
    const query = yield* queries.take();
    yield* host.compute(WORK, 'answering a DNS query');
    const isStream = query.transport === 'tcp';
    const answer = authority.answer(query.bytes, isStream ? STREAM_SIZE : undefined);
    if (!answer) continue;
    for (const event of answer.events) {
      const id = host.record(event.kind, event.detail);
      if (id !== NONE) trace.cause = id;
    }
    if (isStream) streams.send(query.exchange!, query.from, query.port, answer.response);
    else socket.send(query.from, query.port, answer.response);
  }
}
