import { describe, expect, it } from 'vitest';
import { fromHex, fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { Random } from '../../src/engine/base/random.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import {
  httpMessages,
  partAt,
  partsOf,
  reassemble,
  type TcpStream,
} from '../../src/engine/inspect/reassemble.ts';
import { Trace } from '../../src/engine/trace/log.ts';
import { writeEthernet } from '../../src/engine/wire/ethernet.ts';
import { writeIpv4 } from '../../src/engine/wire/ipv4.ts';
import { ACK, FIN, PSH, SYN, tcpChecksum, tcpHeader } from '../../src/engine/wire/tcp.ts';
import { evening, PAGE } from '../net/small-world.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';

const SERVER = 0xcb007150;
const CLIENT = 0xc0a80117;
const ISS = 0xffff_fff0; // so that numbers wrap soon

/** A trace in which `host` hears the given segments of one stream, `offset` counted from its first byte. */
function heard(
  segments: readonly { offset: number; text: string; flags?: number; damaged?: boolean }[],
): TcpStream[] {
  const trace = new Trace();
  const kind = trace.kind('frame.delivered');
  const host = trace.node('host');
  for (const [time, { offset, text, flags = ACK | PSH, damaged = false }] of segments.entries()) {
    const payload = fromLatin1(text);
    const frame = trace.frames.alloc(54 + payload.length);
    const bytes = trace.frames.slab(frame);
    const at = trace.frames.at(frame);
    writeEthernet(bytes, at, 1, 2, 0x0800);
    writeIpv4(bytes, at + 14, 20 + payload.length, 1, 2, 64, 6, SERVER, CLIENT);
    const header = tcpHeader.encode({
      sourcePort: 80,
      destinationPort: 50_000,
      sequence: (ISS + (flags & SYN ? 0 : 1) + offset) >>> 0,
      acknowledgment: 1,
      reserved: 0,
      flags,
      window: 1000,
      checksum: 0,
      urgentPointer: 0,
      options: [],
    });
    bytes.set(header, at + 34);
    bytes.set(payload, at + 54);
    tcpHeader.set.checksum(bytes, at + 34, tcpChecksum(bytes, at + 34, 20 + payload.length, SERVER, CLIENT));
    if (damaged) bytes[at + 54]! ^= 1;
    trace.record(time, kind, host, frame, 0);
  }
  return reassemble(trace, 'host', 'heard');
}

describe('a stream out of its segments', () => {
  const syn = { offset: 0, text: '', flags: SYN | ACK };

  it('joins them across the wrap of sequence numbers, and knows the frame of each byte', () => {
    const [stream] = heard([
      syn,
      { offset: 0, text: 'hello, ' },
      { offset: 7, text: 'world and everyone' },
      { offset: 25, text: '', flags: ACK | FIN },
    ]);
    expect(toLatin1(stream!.bytes)).toBe('hello, world and everyone');
    expect(stream!.source).toBe('203.0.113.80:80');
    expect(stream!.parts.map(({ start, end, frame, at }) => [start, end, frame, at])).toEqual([
      [0, 7, 1, 54],
      [7, 25, 2, 54],
    ]);
    expect(partAt(stream!, 6)!.frame).toBe(1);
    expect(partAt(stream!, 7)!.frame).toBe(2);
    expect(partAt(stream!, 25)).toBeUndefined();
    expect(partsOf(stream!, 5, 8).length).toBe(2);
    expect(stream!.closed?.event).toBe(3);
  });

  it('joins those of IPv6 as well, and passes over what came in pieces', () => {
    const trace = new Trace();
    const kind = trace.kind('frame.delivered');
    const host = trace.node('host');
    const copy = (bytes: Uint8Array): void => {
      const frame = trace.frames.alloc(bytes.length);
      trace.frames.slab(frame).set(bytes, trace.frames.at(frame));
      trace.record(0, kind, host, frame, 0);
    };
    for (const frame of [FRAMES6.synAck6, FRAMES6.ok6, FRAMES6.echoFragment1, FRAMES6.get6])
      copy(fromHex(frame));
    const streams = reassemble(trace, 'host', 'heard');
    expect(streams.map(({ source, bytes }) => [source, bytes.length])).toEqual([
      ['[2001:db8:2::80]:80', 70],
      ['[2001:db8:1:0:200:5eff:fe00:5317]:58116', 42],
    ]);
    expect(toLatin1(streams[0]!.bytes)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  it('lets what came early wait, counts what came twice, and keeps the first of an overlap', () => {
    const [stream] = heard([
      syn,
      { offset: 4, text: 'efgh' },
      { offset: 0, text: 'abcd' },
      { offset: 0, text: 'abcd' },
      { offset: 6, text: 'XYij' },
      { offset: 2, text: 'cdefghijkl' },
    ]);
    expect(toLatin1(stream!.bytes)).toBe('abcdefghijkl');
    expect(stream!.repeated).toBe(4 + 2 + 8);
    expect(stream!.parts.map(({ frame, at }) => [frame, at])).toEqual([
      [2, 54],
      [1, 54],
      [4, 56],
      [5, 62],
    ]);
  });

  it('ends in front of a gap, and passes over damaged segments', () => {
    const [stream] = heard([
      syn,
      { offset: 0, text: 'abcd' },
      { offset: 4, text: 'efgh', damaged: true },
      { offset: 8, text: 'ijkl' },
    ]);
    expect(toLatin1(stream!.bytes)).toBe('abcd');
    expect(stream!.stranded).toBe(1);
    expect(stream!.closed).toBeUndefined();
  });

  it('begins anew with another SYN on the same four numbers', () => {
    const streams = heard([
      syn,
      { offset: 0, text: 'one' },
      { ...syn, offset: 5000 },
      { offset: 5000, text: 'two' },
      syn,
    ]);
    expect(streams.map(({ bytes }) => toLatin1(bytes)).slice(0, 2)).toEqual(['one', 'two']);
  });

  it('gives the same stream for every order and every cutting', () => {
    const random = new Random(7);
    const text = Array.from({ length: 3000 }, () => String.fromCharCode(97 + random.below(26))).join('');
    for (let round = 0; round < 50; round++) {
      const segments = [];
      for (let at = 0; at < text.length; at += 1 + random.below(400)) {
        // reaching back and forth over the cuts, sometimes twice
        const from = Math.max(0, at - random.below(50));
        const cut = { offset: from, text: text.slice(from, at + 450) };
        segments.push(
          { key: random.float(), cut },
          ...(random.chance(0.3) ? [{ key: random.float(), cut }] : []),
        );
      }
      segments.sort((a, b) => a.key - b.key);
      const [stream] = heard([syn, ...segments.map(({ cut }) => cut)]);
      expect(toLatin1(stream!.bytes)).toBe(text);
      expect(stream!.stranded).toBe(0);
      let at = 0;
      for (const part of stream!.parts) {
        expect(part.start).toBe(at);
        at = part.end;
      }
      expect(at).toBe(text.length);
    }
  });
});

describe('streams of a run', () => {
  it('are the same on both sides, whatever happened on the way', () => {
    for (let seed = 1; seed <= 8; seed++) {
      const { world } = evening({ seed }, 0.03);
      const sent = reassemble(world.trace, 'web', 'sent').filter(
        ({ source, bytes }) => source.endsWith(':80') && bytes.length > 0,
      );
      expect(sent.length).toBeGreaterThanOrEqual(1);
      for (const stream of sent) expect(PAGE.startsWith(toLatin1(stream.bytes))).toBe(true);
      for (const machine of ['laptop', 'phone']) {
        for (const stream of reassemble(world.trace, machine, 'heard')) {
          if (!stream.source.endsWith(':80')) continue;
          expect(PAGE.startsWith(toLatin1(stream.bytes))).toBe(true);
          if (stream.closed) expect(stream.bytes.length).toBe(PAGE.length);
        }
      }
    }
  });

  it('hold HTTP messages, with the segments that brought them', () => {
    const { world } = evening({ seed: 1 });
    const [sent] = reassemble(world.trace, 'laptop', 'sent');
    const requests = httpMessages(sent!);
    expect(requests.map(({ title, start, end, parts }) => [title, start, end, parts.length])).toEqual([
      ['GET /menu', 0, 50, 1],
    ]);
    const [heardStream] = reassemble(world.trace, 'laptop', 'heard');
    const [response, ...rest] = httpMessages(heardStream!, requests);
    expect(rest).toEqual([]);
    expect([response!.title, response!.end, response!.parts.length]).toEqual(['200 OK', PAGE.length, 4]);
    expect(world.trace.timeOf(response!.parts[0]!.event)).toBeGreaterThan(60 * MILLISECOND);
  });

  it('know that the answer to a HEAD has no content, wherever it comes', () => {
    const response = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    const stream = (text: string): TcpStream => heard([{ offset: 0, text }])[0]!;
    const requests = httpMessages(
      stream(
        'GET /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\n\r\n',
      ),
    );
    expect(requests.map(({ title }) => title)).toEqual(['GET /a', 'HEAD /b', 'GET /c']);
    const answers = httpMessages(stream(`${response}aaaaa${response}${response}ccccc`), requests);
    const length = response.length;
    expect(answers.map(({ start, end }) => end - start)).toEqual([length + 5, length, length + 5]);
    expect(answers.map(({ tree }) => tree.bitStart / 8)).toEqual([0, length + 5, 2 * length + 5]);
  });
});
