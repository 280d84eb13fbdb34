// Real sockets and simulated machines: what a client sees is what the machine did; what a client does wrong hurts
// nobody; and what was recorded gives the same run again.

import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Bridge } from '../../src/bridge/bridge.ts';
import { readRecording, rerun } from '../../src/bridge/recording.ts';
import { Unavailable } from '../../src/bridge/unavailable.ts';
import { chaiCartSite } from '../../src/engine/app/chaicart.ts';
import { formatIp4 } from '../../src/engine/base/address.ts';
import type { Bytes } from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { namedRandom } from '../../src/engine/base/random.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import { World } from '../../src/engine/sim/world.ts';
import { CLASS, RCODE, TYPE } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { ask, mapped, openBridge, talk, until, WORLD } from './clients.ts';

const open: Bridge[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  for (const one of folders.splice(0)) rmSync(one, { recursive: true });
});

async function bridged(...args: Parameters<typeof openBridge>) {
  const made = await openBridge(...args);
  open.push(made.bridge);
  return made;
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'bridge-'));
  folders.push(made);
  return made;
}

function query(name: string, id = 4711): Bytes {
  return encodeDns({
    id,
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: RCODE.NOERROR,
    questions: [{ name, type: TYPE.A, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [],
  });
}

async function addresses(port: number, name: string, id?: number): Promise<string[]> {
  const answer = await ask(port, query(name, id));
  if (!answer) throw new Error(`no answer about ${name}`);
  const read = decodeDns(answer);
  expect(read.id).toBe(id ?? 4711);
  return read.answers.flatMap((one) => (one.type === TYPE.A ? [formatIp4(one.data)] : []));
}

/** A machine that does with each connection what `serve` says, and one cable to nowhere. */
function tcpWorld(serve: (socket: import('../../src/engine/net/transport/tcp-socket.ts').TcpSocket) => void) {
  const network = new Network(new World({ level: 'off', keeper: () => {} }));
  const server = network.host('server');
  const other = network.host('other');
  network.link([server, 'eth0', '10.0.0.1/24'], [other, 'eth0', '10.0.0.2/24'], { delay: MILLISECOND });
  server.tcp.listen(80).established = serve;
  return network;
}

describe('UDP', () => {
  it('a question is answered by the simulated resolver, each client for itself', async () => {
    const { bridge, ports } = await bridged({ mappings: mapped('udp=resolver', 'udp=ns1:53') });
    expect(bridge.doors[0]).toBe(`udp 127.0.0.1:${ports[0]} → resolver:53`);
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, i) => addresses(ports[i % 2]!, 'chaicart.example.', 100 + i)),
    );
    expect(all).toEqual(Array.from({ length: 20 }, () => ['192.0.2.80']));
    expect(bridge.traffic.datagramsIn).toBe(20);
    expect(bridge.traffic.datagramsOut).toBe(20);
    expect(bridge.warnings).toEqual([]);
  });

  it('takes as long as the world says', async () => {
    const { ports } = await bridged({ mappings: mapped('udp=resolver'), speed: 0.5 });
    const before = performance.now();
    // the walk from the root costs some eighty milliseconds of virtual time
    await addresses(ports[0]!, 'ns1.chaicart.example.');
    expect(performance.now() - before).toBeGreaterThan(120);
  });

  it('says what it warns of, and names the machines when one is not there', async () => {
    const { bridge } = await bridged({ mappings: mapped('udp=resolver:99') });
    expect(bridge.warnings).toEqual(['no program of resolver listens on udp port 99 yet']);
    const wrong = Bridge.open({ world: WORLD, speed: 1, mappings: mapped('udp=resolvr') });
    await expect(wrong).rejects.toThrow(Malformed);
    await expect(wrong).rejects.toThrow(/there are laptop, .*resolver/);
  });
});

describe('TCP', () => {
  it('a page comes through whole', async () => {
    const { ports } = await bridged({ mappings: mapped('tcp=chaicart:80') });
    const { bytes, error } = await talk(ports[0]!, (socket) => {
      socket.end('GET / HTTP/1.1\r\nHost: chaicart.example\r\nConnection: close\r\n\r\n');
    });
    expect(error).toBeUndefined();
    const at = bytes.indexOf('\r\n\r\n') + 4;
    expect(bytes.toString('latin1', 0, 12)).toBe('HTTP/1.1 200');
    expect([...bytes.subarray(at)]).toEqual([...chaiCartSite().resources.get('/')!.body]);
  });

  it('either side may end first, and the other still be heard', async () => {
    // says goodbye at once, and counts what it hears until the client ends
    let heard = 0;
    const network = tcpWorld((socket) => {
      socket.write(Buffer.from('bye'));
      socket.end();
      socket.onChange = () => {
        heard += socket.read().length;
      };
    });
    const { bridge, ports } = await bridged({ world: network, mappings: mapped('tcp=server:80') });
    const { bytes, error } = await talk(ports[0]!, (socket) => {
      // only once the other has ended
      socket.removeAllListeners('end');
      socket.on('end', () => socket.end(Buffer.alloc(100_000)));
    });
    expect([bytes.toString(), error]).toEqual(['bye', undefined]);
    await until(() => heard === 100_000);
    expect(bridge.traffic.bytesIn).toBe(100_000);
  });

  it('a reset is passed on, in both directions, and so is a refusal', async () => {
    let wasReset: string | undefined;
    const network = tcpWorld((socket) => {
      socket.onChange = () => {
        if (socket.readable > 0 && String.fromCharCode(...socket.read()) === 'die') socket.abort();
        wasReset = socket.error;
      };
    });
    const { bridge, ports } = await bridged({
      world: network,
      mappings: mapped('tcp=server:80', 'tcp=server:81'),
    });
    expect((await talk(ports[0]!, (socket) => socket.write('die'))).error).toBe('ECONNRESET');
    expect((await talk(ports[1]!, () => {})).error).toBe('ECONNRESET');
    expect(bridge.traffic.refusedConnections).toBe(1);
    await talk(ports[0]!, (socket) => {
      socket.write('hello');
      setTimeout(() => socket.resetAndDestroy(), 50);
    });
    await until(() => wasReset === 'ECONNRESET');
  });

  it('a client that does not read stops the machine, and loses nothing when it reads', async () => {
    const SIZE = 48_000_000;
    let written = 0;
    const network = tcpWorld((socket) => {
      const serve = (): void => {
        while (written < SIZE) {
          const taken = socket.write(new Uint8Array(Math.min(50_000, SIZE - written)));
          written += taken;
          if (taken === 0) return;
        }
        socket.end();
      };
      socket.onChange = serve;
      serve();
    });
    const { ports } = await bridged({ world: network, mappings: mapped('tcp=server:80') });
    let unread = 0;
    const { bytes } = await talk(ports[0]!, (socket) => {
      socket.pause();
      setTimeout(() => {
        unread = written;
        socket.resume();
      }, 1_000);
    });
    // two TCPs and this computer hold ten megabytes or more between them; the rest must wait
    expect(unread).toBeLessThan(SIZE / 2);
    expect(bytes.length).toBe(SIZE);
  });
});

describe('what goes wrong outside', () => {
  it('a port that is taken is said, and nothing stays open', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const [free] = mapped('udp=resolver');
    const [taken] = mapped('tcp=resolver');
    const opened = Bridge.open({ world: WORLD, speed: 1, mappings: [free!, { ...taken!, port }] });
    await expect(opened).rejects.toThrow(Unavailable);
    await expect(opened).rejects.toThrow(
      `cannot listen on tcp 127.0.0.1:${port}: another program has this port`,
    );
    server.close();
  });

  it('ten thousand datagrams and two hundred connections of noise: it lives, still answers, and holds little', async () => {
    const seed = 20_261_121;
    const random = namedRandom(seed, 'garbage');
    const noise = (most: number): Buffer =>
      Buffer.from(Array.from({ length: random.below(most) }, () => random.below(256)));
    const { bridge, ports } = await bridged({
      mappings: mapped('udp=resolver', 'udp=ns1', 'tcp=resolver', 'tcp=chaicart:80'),
    });
    const [resolver, ns1, tcpDns, http] = ports as [number, number, number, number];
    await addresses(resolver, 'chaicart.example.');
    global.gc?.();
    const before = process.memoryUsage();
    const socket = createSocket('udp4');
    const good = query('chaicart.example.');
    for (let i = 0; i < 10_000; i++) {
      const bytes = i % 3 === 0 ? Buffer.from(good) : noise(i % 50 === 0 ? 5_000 : 200);
      // a message that is nearly one
      if (i % 3 === 0) bytes[random.below(bytes.length)] = random.below(256);
      socket.send(bytes, i % 2 === 0 ? resolver : ns1, '127.0.0.1');
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const streams = Array.from({ length: 200 }, (_, i) =>
      talk(i % 2 === 0 ? tcpDns : http, (one) => {
        one.write(noise(3_000));
        if (i % 4 === 0) one.resetAndDestroy();
        else if (i % 4 === 1) one.end();
        else setTimeout(() => one.destroy(), 20);
      }),
    );
    await Promise.all(streams);
    socket.close();
    expect(await addresses(resolver, 'chaicart.example.'), `seed ${seed}`).toEqual(['192.0.2.80']);
    expect(await addresses(ns1, 'chaicart.example.'), `seed ${seed}`).toEqual(['192.0.2.80']);
    const page = await talk(http, (one) => {
      one.end('GET / HTTP/1.1\r\nHost: chaicart.example\r\nConnection: close\r\n\r\n');
    });
    expect(page.bytes.toString('latin1', 0, 12)).toBe('HTTP/1.1 200');
    expect(bridge.traffic.datagramsIn).toBeGreaterThan(5_000);
    expect(bridge.network.world.inputs.length).toBeLessThan(10);
    expect(process.memoryUsage().heapUsed - before.heapUsed).toBeLessThan(150_000_000);
  });
});

describe('a recording', () => {
  it('gives the same run again, from the file', async () => {
    const record = join(folder(), 'session.jsonl');
    const { bridge, ports } = await openBridge({
      mappings: mapped('udp=resolver', 'tcp=chaicart:80'),
      record,
      world: { ...WORLD, set: { distance: '40ms' }, seed: 5 },
    });
    try {
      await addresses(ports[0]!, 'ns1.chaicart.example.');
      await Promise.all([1, 2, 3].map((id) => addresses(ports[0]!, 'chaicart.example.', id)));
      await ask(ports[0]!, Buffer.from('not a query'), 50);
      await talk(ports[1]!, (socket) => {
        socket.end('GET / HTTP/1.1\r\nHost: chaicart.example\r\nConnection: close\r\n\r\n');
      });
    } finally {
      await bridge.close();
    }
    const recording = readRecording(readFileSync(record, 'utf8'));
    expect(recording.inputs.length).toBeGreaterThan(6);
    expect(recording.digest).toBe(bridge.network.world.trace.digest);
    expect(rerun(recording).world.trace.digest).toBe(recording.digest);
    // it can fail: without one of the inputs it is another run
    const less = { ...recording, inputs: recording.inputs.slice(1) };
    expect(rerun(less).world.trace.digest).not.toBe(recording.digest);
  });

  it('is refused with the line and the reason, when it is none', () => {
    const head = {
      roundtrip: 'inputs',
      format: 1,
      scenario: 'first-request',
      version: 1,
      set: {},
      seed: 1,
      machines: [],
    };
    const one = { time: 5, what: 'outside.close', machine: 'resolver', from: 7 };
    const text = (...lines: readonly object[]): string =>
      lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    expect(readRecording(text(head, one, { end: 9, digest: 'x' })).inputs.length).toBe(1);
    expect(readRecording(text(head, one)).end).toBe(1_000_000_005);
    // whoever was killed while writing
    expect(readRecording(`${text(head, one)}{"time":9,"wh`).inputs.length).toBe(1);
    const refuses: [string, RegExp][] = [
      ['', /line 1: not JSON/],
      ['7\n', /line 1: not an object/],
      [text({}), /not a recording/],
      [text({ ...head, format: 2 }), /format 2; this program reads 1/],
      [text({ ...head, version: 99 }), /version 99 of first-request/],
      [text({ ...head, scenario: 'none' }), /none/],
      [text({ ...head, set: { a: 1 } }), /line 1/],
      [text({ ...head, machines: 'resolver' }), /line 1/],
      [text(head, one, one), /line 3: an input has a time later/],
      [text(head, { ...one, time: 0.5 }), /line 2/],
      [text(head, { end: 9 }, one), /line 3: the recording had ended/],
      [text(head, one, { end: 4 }), /ends after its inputs/],
      [text(head, one).replace('7}', '7'), /line 2: not JSON/],
    ];
    for (const [wrong, why] of refuses) {
      expect(() => readRecording(wrong), wrong).toThrow(Malformed);
      expect(() => readRecording(wrong), wrong).toThrow(why);
    }
  });

  it('cannot be made of a world without a name', async () => {
    const network = tcpWorld(() => {});
    const made = Bridge.open({ world: network, speed: 1, mappings: [], record: join(folder(), 'x') });
    await expect(made).rejects.toThrow('cannot be recorded');
  });
});
