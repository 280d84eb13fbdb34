// A trace crosses into another realm whole; one that a stranger has changed is refused, or does no harm.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import { Session } from '../../src/engine/export/session.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { Run, type RunSpec } from '../../src/engine/scenario/run.ts';
import type { Detail } from '../../src/engine/trace/event.ts';
import { Trace } from '../../src/engine/trace/log.ts';
import { packTrace, type TraceParcel, unpackTrace } from '../../src/engine/trace/parcel.ts';
import { evening } from '../net/small-world.ts';
import { variantsOf } from '../scenario/variants.ts';

const request = (scenario: string): RunSpec => ({ scenario, set: {}, seed: 1, inputs: [] });

/** As it arrives on the other side of a message. */
function cross(trace: Trace): TraceParcel {
  const { parcel, transfer } = packTrace(trace);
  return structuredClone(parcel, { transfer: transfer as ArrayBuffer[] });
}

const eventsOf = (trace: Trace) => [...trace.events()];
const bytesOf = ({ frames }: Trace) =>
  Array.from({ length: frames.count }, (_, i) => [frames.size(i), frames.origin(i), ...frames.read(i)]);

describe('a trace that crosses', () => {
  it.each(scenarios.map(({ name }) => name))('is the same on the other side: %s', (name) => {
    const found = scenarios.find((one) => one.name === name)!;
    for (const { spec } of variantsOf(found, 1).slice(0, 4)) {
      const run = new Run(spec).finish();
      const { trace } = run.world;
      const before = { events: eventsOf(trace), bytes: bytesOf(trace), digest: trace.digest };
      const { until, end } = run;
      const session = Session.of(run);
      const view = session.view();
      const [tables, pcap] = [session.tables(found.near, view.end / 2), session.pcapng()];
      const there = unpackTrace(cross(trace));
      expect(there.digest).toBe(before.digest);
      expect(eventsOf(there)).toEqual(before.events);
      expect(bytesOf(there)).toEqual(before.bytes);
      const foreign = Session.elsewhere(spec, { trace: there, until, end: end! });
      const { knobs, phases, claims, goals, consoles, zones, inputs, ...rest } = foreign.ask((one) =>
        one.view(),
      );
      expect([knobs, phases, claims, goals, consoles, zones].flat()).toEqual([]);
      expect(view).toMatchObject({ ...rest, inputs: view.inputs });
      expect(foreign.tables(found.near, view.end / 2)).toEqual(tables);
      expect(foreign.pcapng()).toEqual(pcap);
      expect(inputs.length).toBeLessThanOrEqual(view.inputs.length);
    }
  });

  it('leaves nothing behind, and copies nothing that is large', () => {
    const { trace } = evening({ seed: 3 }, 0.05).world;
    const { parcel, transfer } = packTrace(trace);
    structuredClone(parcel, { transfer: transfer as ArrayBuffer[] });
    expect(trace.parts.chunks[0]!.time.length).toBe(0);
    expect(trace.frames.parts.slabs[0]!.length).toBe(0);
  });

  it('may have frames that were cut, and some that still travel', () => {
    for (const keepFrameBytes of [0, 3000]) {
      const { trace } = evening({ seed: 3, keepFrameBytes }, 0.05).world;
      const { digest } = trace;
      expect(trace.frames.cut).toBeGreaterThan(0);
      const there = unpackTrace(cross(trace));
      expect(there.digest).toBe(digest);
      expect(there.frames.cut).toBeGreaterThan(0);
    }
    const run = new Run(request('first-request'), { until: 120_000_000 }).finish();
    expect(run.world.trace.frames.held).toBeGreaterThan(0);
    const { digest } = run.world.trace;
    expect(unpackTrace(cross(run.world.trace)).digest).toBe(digest);
  });

  it('keeps every value of a detail, and an empty trace', () => {
    const trace = new Trace();
    const kind = trace.kind('some.kind');
    const node = trace.node('n');
    const details: Detail[] = [
      { text: 'ä\u0000\ud800', x: -0, y: 2 ** 52, yes: true, no: false, none: null },
      {},
    ];
    for (const detail of details) trace.recordDetail(1, kind, node, detail);
    trace.text('late');
    const { digest } = trace;
    const there = unpackTrace(cross(trace));
    expect([there.detailOf(0), there.detailOf(1), there.digest]).toEqual([...details, digest]);
    expect(unpackTrace(cross(new Trace())).length).toBe(0);
    expect(() => packTrace(new Trace('requests'))).toThrow(Misuse);
  });
});

// ── strangers

type Mutable = Record<string, unknown>;

/** A parcel to spoil: of a world with losses, switches, a resolver. */
function parcelOf(): TraceParcel {
  return cross(new Run({ ...request('first-request'), set: { loss: '5%' } }).finish().world.trace);
}

const refused = (spoil: (parcel: Mutable) => void): string => {
  const parcel = parcelOf() as unknown as Mutable;
  spoil(parcel);
  try {
    unpackTrace(parcel);
  } catch (problem) {
    expect(problem).toBeInstanceOf(Malformed);
    return (problem as Malformed).message;
  }
  return 'taken';
};
const inside = (parcel: Mutable, name: string): Mutable => parcel[name] as Mutable;
const chunk = (parcel: Mutable): Record<string, Int32Array> =>
  (parcel['chunks'] as Record<string, Int32Array>[])[0]!;

describe('a trace of a stranger', () => {
  it.each<[string, (parcel: Mutable) => void]>([
    ['fingerprint', (p) => (p['digest'] = '0000000000000000')],
    ['fingerprint', (p) => chunk(p)['b']!.fill(7, 0, 1)],
    ['fingerprint', (p) => ((inside(p, 'frames')['slabs'] as Uint8Array[])[0]![30]! ^= 1)],
    ['fingerprint', (p) => ((inside(p, 'details')['words'] as string[])[0] = 'other')],
    ['time', (p) => (chunk(p)['time']![5] = -1)],
    ['time', (p) => (chunk(p)['time']![5] = Number.NaN)],
    ['time', (p) => (chunk(p)['time']![0] = 1e300)],
    ['cause', (p) => (chunk(p)['cause']![5] = 5)],
    ['cause', (p) => (chunk(p)['cause']![5] = -2)],
    ['no known kind', (p) => (chunk(p)['kindNode']![5] = -1)],
    ['no known machine', (p) => (chunk(p)['kindNode']![5]! |= 0xffff)],
    ['blocks', (p) => ((p['length'] as number) += 20_000)],
    ['more than', (p) => (p['length'] = 1e9)],
    ['number of events', (p) => (p['length'] = 1.5)],
    ['events of a block', (p) => (chunk(p)['a'] = new Int32Array(5))],
    ['shared memory', (p) => (chunk(p)['a'] = new Int32Array(new SharedArrayBuffer(4 * 16384)))],
    ['frame 3 is longer', (p) => ((inside(p, 'frames')['size'] as Uint16Array)[3] = 9000)],
    ['frame 3 lies', (p) => ((inside(p, 'frames')['place'] as Int32Array)[3] = 0x7fffff00)],
    ['frame 3 lies', (p) => ((inside(p, 'frames')['place'] as Int32Array)[3] = -1)],
    ['two blocks', (p) => lieAcross(p)],
    ['later one', (p) => ((inside(p, 'frames')['origin'] as Int32Array)[3] = 3)],
    ['bytes of a block', (p) => (inside(p, 'frames')['slabs'] = [new Uint8Array(9)])],
    ['counts', (p) => ((inside(p, 'frames')['stored'] as Uint16Array)[3] = 2)],
    ['cut frames count', (p) => (p['skips'] = new Int32Array(4))],
    ['has a value', (p) => ((inside(p, 'details')['tag'] as Uint8Array)[0] = 9)],
    ['has a value', (p) => (inside(p, 'details')['words'] = [])],
    ['no name', (p) => (inside(p, 'details')['shapes'] = [['__proto__']])],
    ['out of order', (p) => (inside(p, 'details')['event'] as Int32Array).reverse()],
    ['no shape', (p) => ((inside(p, 'details')['shape'] as Int32Array)[0] = 5000)],
    ['twice', (p) => ((p['kinds'] as string[])[1] = (p['kinds'] as string[])[0]!)],
    ['no name', (p) => ((p['nodes'] as string[])[1] = '<b>')],
    ['no texts', (p) => (p['texts'] = { length: 1e9 })],
    ['too long', (p) => (inside(p, 'details')['words'] = ['x'.repeat(2_000_000)])],
    ['frames', (p) => (p['frames'] = null)],
    ['details', (p) => (p['details'] = 7)],
  ])('is refused: %s (%#)', (why, spoil) => {
    expect(refused(spoil)).toContain(why);
  });

  it('that is nothing of the kind is refused', () => {
    for (const one of [undefined, null, 0, 'x', [], {}, new Map(), { length: 0 }])
      expect(() => unpackTrace(one)).toThrow(Malformed);
  });

  it('that speaks of another world is refused', () => {
    const there = (): Trace => unpackTrace(parcelOf());
    const tell = (scenario: string, trace: Trace) => () =>
      Session.elsewhere(request(scenario), { trace, until: 1e9, end: 'idle' });
    expect(tell('first-request', there())).not.toThrow();
    expect(tell('home-lan', there())).toThrow(Malformed);
    const trace = new Trace();
    trace.record(1, trace.kind('frame.sent'), trace.node('laptop'), 0, 99);
    expect(tell('home-lan', trace)).toThrow('on a link that is not there');
  });

  it('with any number changed is refused or does no harm, whoever made its fingerprint anew', () => {
    const whole = new Run({ ...request('first-request'), set: { loss: '5%' } }).finish();
    const { until, end } = whole;
    const original = cross(whole.world.trace);
    let harmless = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...columnsOf(original).keys()),
        fc.nat(),
        fc.oneof(fc.integer(), fc.integer({ min: -2, max: 300 })),
        (which, row, value) => {
          const parcel = structuredClone(original);
          const column = columnsOf(parcel)[which]!;
          column[row % column.length] = value;
          // somebody who can write a trace can write its fingerprint, too
          const digest = digestOf(parcel);
          if (digest === undefined) return;
          const forged = { ...parcel, digest };
          try {
            const session = Session.elsewhere(
              { ...request('first-request'), set: { loss: '5%' } },
              { trace: unpackTrace(forged), until, end: end! },
            );
            const view = session.ask((one) => one.view());
            session.ask((one) => one.pcapng());
            session.ask((one) => one.text());
            session.ask((one) => one.tables('laptop', view.end));
            session.ask((one) => one.why(session.run.world.trace.length - 1));
            session.ask((one) => one.filter('tcp'));
            harmless += 1;
          } catch (problem) {
            expect(problem).toBeInstanceOf(Malformed);
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(harmless).toBeGreaterThan(20);
  });
});

function lieAcross(parcel: Mutable): void {
  const frames = inside(parcel, 'frames');
  frames['slabs'] = [...(frames['slabs'] as Uint8Array[]), new Uint8Array(1 << 20)];
  (frames['place'] as Int32Array)[3] = (1 << 20) - 4;
}

function columnsOf({ chunks, frames, details, skips, textsAt }: TraceParcel) {
  return [
    ...chunks.flatMap(({ time, kindNode, cause, a, b }) => [time, kindNode, cause, a, b]),
    frames.place,
    frames.size,
    frames.origin,
    ...frames.slabs,
    details.event,
    details.shape,
    details.tag,
    details.value,
    textsAt,
    skips,
  ].filter(({ length }) => length > 0);
}

/** The fingerprint that it should carry, from the refusal of one that carries another; undefined when it is refused before. */
function digestOf(parcel: TraceParcel): string | undefined {
  const real = Object.getOwnPropertyDescriptor(Trace.prototype, 'digest')!;
  let found: string | undefined;
  Object.defineProperty(Trace.prototype, 'digest', {
    ...real,
    get(this: Trace) {
      return (found = real.get!.call(this));
    },
  });
  try {
    unpackTrace({ ...parcel, digest: '' });
  } catch (problem) {
    expect(problem).toBeInstanceOf(Malformed);
  } finally {
    Object.defineProperty(Trace.prototype, 'digest', real);
  }
  return found;
}
