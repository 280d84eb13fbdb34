/** The event queue at 1,000 pending entries: each event schedules one more ("hold model"). */
import { Random } from '../../src/engine/base/random.ts';
import { Kernel, type Target } from '../../src/engine/sim/kernel.ts';
import { Trace } from '../../src/engine/trace/log.ts';
import { inTurns, optional, pairRow, type Row } from './measure.ts';

const PENDING = 1000;
const EVENTS = 1_000_000;
const MASK = 65_535;

const random = new Random(1);
const gaps = Float64Array.from({ length: MASK + 1 }, () => 1 + Math.floor(random.exponential(1e6)));

function ours(): number {
  const kernel = new Kernel(new Trace('off'));
  let next = PENDING;
  const target: Target = {
    onEvent() {
      kernel.schedule(kernel.now + gaps[next++ & MASK]!, target);
    },
  };
  for (let i = 0; i < PENDING; i++) kernel.schedule(gaps[i]!, target);
  kernel.run({ maxEvents: EVENTS });
  return kernel.processed;
}

/** Nothing but the heap: typed arrays, four children a node, time and sequence as key, no slots, no targets. */
function bareHeap(): number {
  const times = new Float64Array(PENDING + 1);
  const orders = new Float64Array(PENDING + 1);
  let size = 0;
  let sequence = 0;
  const push = (time: number): void => {
    const order = sequence++;
    let hole = size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      if (times[parent]! <= time) break;
      times[hole] = times[parent]!;
      orders[hole] = orders[parent]!;
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
  };
  const pop = (): number => {
    const top = times[0]!;
    size -= 1;
    const time = times[size]!;
    const order = orders[size]!;
    let hole = 0;
    for (let first = 1; first < size; first = hole * 4 + 1) {
      let least = first;
      const end = first + 4 < size ? first + 4 : size;
      for (let child = first + 1; child < end; child++) {
        const t = times[child]!;
        if (t < times[least]! || (t === times[least]! && orders[child]! < orders[least]!)) least = child;
      }
      if (times[least]! > time || (times[least]! === time && orders[least]! > order)) break;
      times[hole] = times[least]!;
      orders[hole] = orders[least]!;
      hole = least;
    }
    times[hole] = time;
    orders[hole] = order;
    return top;
  };
  let next = 0;
  for (; next < PENDING; next++) push(gaps[next]!);
  for (let i = 0; i < EVENTS; i++) push(pop() + gaps[next++ & MASK]!);
  return EVENTS;
}

export async function rows(): Promise<Row[]> {
  const heapJs = await optional(() => import('heap-js'));
  const objects =
    heapJs &&
    (() => {
      const heap = new heapJs.Heap<{ time: number; order: number }>(
        (a, b) => a.time - b.time || a.order - b.order,
      );
      let next = 0;
      for (; next < PENDING; next++) heap.push({ time: gaps[next]!, order: next });
      for (let i = 0; i < EVENTS; i++, next++)
        heap.push({ time: heap.pop()!.time + gaps[next & MASK]!, order: next });
      return EVENTS;
    });
  const name = 'event queue, 1,000 pending';
  return [
    pairRow(name, 'events/s', inTurns(ours, bareHeap), 'bare typed-array 4-ary heap', 0.6),
    pairRow(name, 'events/s', inTurns(ours, objects), 'heap-js'),
  ];
}
