import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../src/engine/base/address.ts';
import { fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { readPackets } from '../../../src/engine/inspect/packets.ts';
import { ARP_RETRY, ARP_TRIES, ARP_TRUST } from '../../../src/engine/proto/ip/arp.ts';
import { summarise } from '../../../src/engine/wire/summary.ts';
import { pair, ping } from '../small-world.ts';

const made = (delay = MILLISECOND) => pair({ delay });

function lines({ world, network }: ReturnType<typeof made>): string[] {
  return readPackets(world.trace, network.channels).map(
    ({ frame }) => summarise(world.trace.frames.read(frame)).info,
  );
}

describe('address resolution on a link', () => {
  it('asks once for all packets that wait, and sends them in their order', () => {
    const run = made();
    for (let i = 1; i <= 5; i++) ping(run.a, '192.0.2.2', i);
    run.world.kernel.run();
    const told = lines(run);
    expect(told.slice(0, 2)).toEqual([
      'who has 192.0.2.2? tell 192.0.2.1',
      '192.0.2.2 is at 00:00:5e:00:53:02',
    ]);
    expect(told.filter((one) => one.startsWith('who has')).length).toBe(1);
    expect(
      told.filter((one) => one.startsWith('Echo request')).map((one) => /seq (\d)/.exec(one)![1]),
    ).toEqual(['1', '2', '3', '4', '5']);
  });

  it('lets no more packets wait for one neighbour than Linux does', () => {
    const run = made();
    // 50 bytes of frame each, and what a buffer costs: 212,992 / 818
    for (let i = 1; i <= 265; i++) ping(run.a, '192.0.2.2', i);
    run.world.kernel.run();
    const sent = lines(run).filter((one) => one.startsWith('Echo request'));
    expect(sent.length).toBe(261);
    // the oldest are those that go
    expect(sent[0]).toMatch(/seq 5\b/);
    const refused = [...run.world.trace.events(['frame.refused'])].map(({ b }) => run.world.trace.textOf(b));
    expect(refused).toEqual(
      Array.from({ length: 4 }, () => 'too many packets wait for the neighbour’s card'),
    );
  });

  it('teaches both sides: who answers need not ask back', () => {
    const run = made();
    ping(run.a, '192.0.2.2');
    run.world.kernel.run();
    expect([...run.b.ip.neighbours.arpRows().values()].map(({ address, mac }) => [address, mac])).toEqual([
      ['192.0.2.1', '00:00:5e:00:53:01'],
    ]);
    expect(lines(run).filter((one) => one.startsWith('who has')).length).toBe(1);
  });

  it('trusts a pair for a minute, to the nanosecond', () => {
    const questions = (wait: (expires: number) => number): number => {
      const run = made();
      ping(run.a, '192.0.2.2');
      run.world.kernel.run();
      const [row] = run.a.ip.neighbours.arpRows().values();
      expect(row!.expires).toBe(2 * MILLISECOND + ARP_TRUST);
      run.world.kernel.run({ until: wait(row!.expires) });
      ping(run.a, '192.0.2.2', 2);
      run.world.kernel.run();
      return lines(run).filter((one) => one.startsWith('who has 192.0.2.2')).length;
    };
    expect(questions((expires) => expires - 1)).toBe(1);
    expect(questions((expires) => expires)).toBe(2);
  });

  it('asks three times, a second apart, then gives up and tells the program', () => {
    const run = made();
    const socket = run.a.udp.bind();
    const errors: unknown[] = [];
    socket.onError = ({ to, port, code }) => errors.push([run.world.now, to, port, code]);
    socket.send(parseIp4('192.0.2.77'), 53, fromLatin1('?'));
    run.world.kernel.run();
    const asked = [...run.world.trace.events(['arp.ask'])].map(({ time }) => time);
    expect(asked).toEqual([0, ARP_RETRY, 2 * ARP_RETRY]);
    expect(asked.length).toBe(ARP_TRIES);
    expect(errors).toEqual([[3 * SECOND, parseIp4('192.0.2.77'), 53, 'EHOSTUNREACH']]);
    // an address that answers later is asked for anew
    ping(run.a, '192.0.2.77');
    run.world.kernel.run();
    expect([...run.world.trace.events(['arp.ask'])].length).toBe(6);
  });

  it('answers only for its own address, and only on whole packets', () => {
    const run = made();
    ping(run.a, '192.0.2.3');
    run.world.kernel.run();
    expect(lines(run).every((one) => one.startsWith('who has 192.0.2.3?'))).toBe(true);
    // b has heard the question and is not meant: it learns nothing from it (RFC 826)
    expect(run.b.ip.neighbours.arpRows().size).toBe(0);
  });

  it('has the answer as the cause of the packets that waited, and the wish to send as the cause of the question', () => {
    const run = made();
    ping(run.a, '192.0.2.2');
    run.world.kernel.run();
    const { trace } = run.world;
    const kinds = (id: number): string[] =>
      id < 0 ? [] : [trace.event(id).kind, ...kinds(trace.causeOf(id))];
    const sent = [...trace.events(['frame.sent'])];
    expect(kinds(sent[0]!.id)).toEqual(['frame.sent', 'arp.ask']);
    expect(kinds(sent[2]!.id)).toEqual([
      'frame.sent',
      'arp.learn',
      'frame.delivered',
      'frame.sent',
      'frame.delivered',
      'frame.sent',
      'arp.ask',
    ]);
  });

  it('forgets everything with a restart', () => {
    const run = made();
    ping(run.a, '192.0.2.2');
    run.world.kernel.run();
    run.world.input(run.world.now + 1, 'restart', { machine: 'a' });
    run.world.kernel.run();
    expect(run.a.ip.neighbours.arpRows().size).toBe(0);
  });
});
