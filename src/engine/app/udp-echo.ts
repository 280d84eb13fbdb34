/**
 * Small programs over UDP: one that sends back what it gets (RFC 862), one that reports at intervals and waits for the
 * answer.
 */
import { fromUtf8 } from '../base/bytes.ts';
import { type Ip, isLinkLocal6, isV4 } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { TcpSocket } from '../net/transport/tcp-socket.ts';
import { ProgramError, sleep, type Task } from '../sim/task.ts';

export function runUdpEcho(host: Host, port: number): void {
  host.onBoot(() => {
    const socket = host.udp.bind(port);
    socket.onReceive = ({ from, port: to, bytes, nic }) => {
      // a link-local address says nothing without its link
      const isNear = !isV4(from) && isLinkLocal6(from);
      socket.send(from, to, bytes, { via: isNear ? nic : undefined });
    };
  });
}

/** Sends `count` reports from one socket, `every` so often. Each answer is an event `report.answered`. */
export function* report(host: Host, to: Ip, port: number, count: number, every: Nanoseconds): Task {
  const socket = host.udp.bind();
  socket.onReceive = () => {
    host.record('report.answered', { port: socket.port });
  };
  try {
    for (let i = 1; i <= count; i++) {
      host.record('report.sent', { number: i });
      socket.send(to, port, fromUtf8(`still here: ${i}`));
      if (i < count) yield* sleep(host.world.kernel, every);
    }
    // the last answer is waited for
    yield* sleep(host.world.kernel, every);
  } finally {
    socket.close();
  }
}

/**
 * Opens `count` TCP connections, one every `every`, and holds each for `keep`. What is refused, or has not come about
 * after `patience`, is an event `hold.failed`.
 */
export function* hold(
  host: Host,
  to: Ip,
  port: number,
  count: number,
  every: Nanoseconds,
  patience: Nanoseconds,
  keep: Nanoseconds,
): Task {
  const { kernel } = host.world;
  const isConnected = new Set<number>();
  for (let i = 1; i <= count; i++) {
    const one = host.run(`connection ${i}`, holdOne(host, to, port, i, keep, isConnected));
    kernel.call(kernel.now + patience, () => {
      if (one.state !== 'running' || isConnected.has(i)) return;
      host.because({ kind: 'hold.failed', detail: { number: i, reason: 'no answer in time' } });
      one.cancel();
    });
    yield* sleep(kernel, every);
  }
}

function* holdOne(
  host: Host,
  to: Ip,
  port: number,
  number: number,
  keep: Nanoseconds,
  connected: Set<number>,
): Task {
  let socket: TcpSocket;
  try {
    socket = yield* host.tcp.connect(to, port);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    host.because({ kind: 'hold.failed', detail: { number, reason: error.code } });
    return;
  }
  connected.add(number);
  host.record('hold.connected', { number, port: socket.localPort });
  yield* sleep(host.world.kernel, keep);
  socket.close();
}
