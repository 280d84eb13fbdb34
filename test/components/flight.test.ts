import { describe, expect, it } from 'vitest';
import { Session } from '#engine/export/session.ts';
import { flightsAt, indexOf, LINGER, legsOf } from '../../components/player/flight.ts';
import { layOutLadder } from '../../components/player/ladder-layout.ts';
import { faultOn } from '../../components/player/packet-fault.ts';

const view = (set: Record<string, string> = {}, inputs: Parameters<typeof Session.start>[0]['inputs'] = []) =>
  Session.start({ scenario: 'first-request', set, seed: 1, inputs }).finish().view();

describe('what is in flight', () => {
  const run = view({ rate: '0.5Mbit/s' });

  it('is found by search as by looking at every hop', () => {
    const { hops } = run;
    for (let time = 0; time < run.end; time += run.end / 97) {
      const all = [...hops.packet.keys()].filter(
        (hop) => hops.sent[hop]! <= time && time < hops.arrived[hop]!,
      );
      expect(
        flightsAt(run, time)
          .filter(({ state }) => state === 'moving' || state === 'waiting')
          .map(({ hop }) => hop),
      ).toEqual(all);
    }
  });

  it('waits before the line in the order of its coming', () => {
    const waiting = Array.from({ length: 400 }, (_, i) =>
      flightsAt(run, (run.end * i) / 400).filter(({ state }) => state === 'waiting'),
    );
    const most = waiting.reduce((a, b) => (b.length > a.length ? b : a));
    expect(most.length).toBeGreaterThan(2);
    const places = new Map<number, number[]>();
    for (const { channel, place } of most) places.set(channel, [...(places.get(channel) ?? []), place]);
    for (const found of places.values()) expect(found).toEqual(found.map((_, i) => i));
  });
});

describe('a packet that the reader drops', () => {
  const before = view();
  const syn = before.packets.findIndex(({ title }) => title.startsWith('SYN'));
  const fault = faultOn(before, syn, 'drop')!;
  const after = view({}, [fault.input]);

  it('is that packet, on its longest link', () => {
    expect(fault.input.detail).toMatchObject({
      from: 'transit-a',
      to: 'transit-b',
      ordinal: expect.any(Number),
    });
    expect(after.packets.filter(({ outcome }) => outcome === 'lost').map(({ title }) => title)).toEqual([
      before.packets[syn]!.title,
    ]);
  });

  it('is crossed on the way, and stays to be seen a while', () => {
    const { hops } = after;
    const hop = [...hops.outcome].indexOf(1);
    const middle = (hops.line[hop]! + hops.arrived[hop]!) / 2;
    const at = (time: number) => flightsAt(after, time).find((flight) => flight.hop === hop);
    expect(at(middle - 1)).toMatchObject({ state: 'moving' });
    expect(at(middle + 1)).toMatchObject({ state: 'lost', part: 0.5 });
    expect(at(middle + LINGER + 1)).toBeUndefined();
  });

  it('ends on the ladder where it would have been, at the slope of the others', () => {
    const layout = layOutLadder(after, { width: 1200, folds: [], start: 0, end: after.end });
    const lost = layout.arrows.find(({ end }) => end === 'lost')!;
    const again = layout.arrows.find(
      ({ packet }) =>
        packet > lost.packet && after.packets[packet]!.title === after.packets[lost.packet]!.title,
    )!;
    const slope = ({ points }: typeof lost) =>
      (points.at(-1)!.y - points[0]!.y) / (points.at(-1)!.x - points[0]!.x);
    expect(slope(lost)).toBeCloseTo(slope(again), 1);
  });
});

describe('a packet that dies at a machine without a lane', () => {
  const down = view({ server: 'down' });
  const layout = layOutLadder(down, { width: 1200, folds: [], start: 0, end: down.end });
  const syn = layout.arrows.find(({ packet }) => down.packets[packet]!.title.startsWith('SYN'))!;

  it('is crossed between the lanes, by its distance from them, when it died', () => {
    const { machines, distance, far } = down;
    const laneOf = (name: string) => layout.lanes.find(({ machine }) => machines[machine]!.name === name)!;
    const at = (name: string) => distance[machines.findIndex((machine) => machine.name === name)]!;
    const home = laneOf('home-router');
    const share = (at('transit-b') - at('home-router')) / (distance[far]! - at('home-router'));
    const cross = syn.points.at(-1)!;
    expect(syn).toMatchObject({ end: 'refused', isBetween: true });
    expect(cross.x).toBeCloseTo(home.x + (laneOf(machines[far]!.name).x - home.x) * share, 1);
    expect(cross.y).toBeCloseTo((layout.height * down.packets[syn.packet]!.end) / down.end, -1);
  });

  it('says beside its cross why, and where', () => {
    const reason = layout.reasons.find(({ packet }) => packet === syn.packet)!;
    expect(reason.lines).toEqual(['nobody answered for 192.0.2.80', 'at Transit B']);
  });
});

describe('the legs of a packet', () => {
  const run = view();

  it('are its way from the machine that made it to where it ended, without gaps', () => {
    run.packets.forEach((packet, i) => {
      const legs = legsOf(run, i);
      expect(legs[0]!.from).toBe(packet.from);
      expect(legs.at(-1)!.to).toBe(packet.to);
      legs.slice(1).forEach((leg, at) => {
        expect(leg.from).toBe(legs[at]!.to);
        expect(leg.start).toBeGreaterThanOrEqual(legs[at]!.end);
      });
    });
  });

  it('leave each channel in the order of their ordinals', () => {
    const { ordinal } = indexOf(run);
    const next = new Map<number, number>();
    run.hops.channel.forEach((channel, hop) => {
      const expected = (next.get(channel) ?? 0) + 1;
      expect(ordinal[hop]).toBe(expected);
      next.set(channel, expected);
    });
  });
});
