/**
 * Ties an HTTP/1.1 connection to a byte stream: moves what can move now, in both directions, and returns.
 *
 * No task, no clock, no listener: the owner calls it when the stream changed and after saying something to the machine,
 * and drains pollEvent() afterwards. Closing follows RFC 9112 §9.6: our half ends when all is sent, and reading goes
 * on until the peer has ended too, so that no reset destroys what is still on its way.
 */
import type { Nanoseconds } from '../../base/units.ts';
import type { ByteStream } from '../stream.ts';
import type { Http1Connection } from './connection.ts';

/** True when anything moved. One read of at most the machine's room: drain the events, then call again. */
export function pump(machine: Http1Connection, stream: ByteStream, now: Nanoseconds = 0): boolean {
  const moved = pumpIn(machine, stream, now);
  return pumpOut(machine, stream) || moved;
}

function pumpIn(machine: Http1Connection, stream: ByteStream, now: Nanoseconds): boolean {
  const count = Math.min(stream.readable, machine.room);
  if (count > 0) {
    machine.receive(stream.read(count), now);
    return true;
  }
  if (stream.readable > 0 || machine.tunnelled) return false;
  if (stream.error !== undefined) return machine.receiveBroken(stream.error);
  return stream.ended && machine.receiveEnd(now);
}

function pumpOut(machine: Http1Connection, stream: ByteStream): boolean {
  if (machine.hopeless) {
    if (stream.error === undefined) stream.abort();
    return false;
  }
  const waiting = machine.outgoing;
  let count = 0;
  if (waiting.length > 0 && stream.writable > 0) {
    count = stream.write(waiting);
    machine.sent(count);
  }
  if (machine.finished && count === waiting.length) stream.end();
  return count > 0;
}
