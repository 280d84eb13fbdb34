/** M/M/4 at a load of 0.9: an event for each arrival and each departure. */
import { namedRandom } from '../../src/engine/base/random.ts';
import { Kernel, type Target } from '../../src/engine/sim/kernel.ts';
import { Trace } from '../../src/engine/trace/log.ts';
import { inTurns, optional, pairRow, type Row } from './measure.ts';

const SERVERS = 4;
const SERVICE = 1e6;
const GAP = SERVICE / (SERVERS * 0.9);
const CUSTOMERS = 300_000;
const ARRIVAL = 0;
const DEPARTURE = 1;

/** As a program on the kernel would be written: streams of chance by name, a queue, the mean wait as its result. */
function ours(): number {
  const kernel = new Kernel(new Trace('off'));
  const arrivals = namedRandom(1, 'arrivals');
  const services = namedRandom(1, 'services');
  const queue = new Float64Array(CUSTOMERS);
  let head = 0;
  let tail = 0;
  let busy = 0;
  let arrived = 0;
  let waited = 0;
  const begin = (since: number): void => {
    waited += kernel.now - since;
    kernel.schedule(kernel.now + Math.round(services.exponential(SERVICE)), room, DEPARTURE);
  };
  const room: Target = {
    onEvent(op) {
      if (op === ARRIVAL) {
        if (++arrived < CUSTOMERS)
          kernel.schedule(kernel.now + Math.round(arrivals.exponential(GAP)), room, ARRIVAL);
        if (busy === SERVERS) queue[tail++] = kernel.now;
        else {
          busy += 1;
          begin(kernel.now);
        }
      } else if (head < tail) begin(queue[head++]!);
      else busy -= 1;
    },
  };
  kernel.schedule(0, room, ARRIVAL);
  kernel.run();
  if (!(waited > 0)) throw new Error('nobody waited');
  return kernel.processed;
}

/** What is used of simjs, which brings no types of its own. */
interface SimJs {
  readonly Sim: new () => { addEntity(entity: unknown): void; simulate(until: number): void };
  readonly Entity: new () => {
    setTimer(delay: number): { done(callback: () => void): void };
    useFacility(facility: unknown, duration: number): { done(callback: () => void): void };
  };
  readonly Facility: {
    new (name: string, discipline: number, servers: number): unknown;
    readonly FCFS: number;
  };
}

function simjs({ Sim, Entity, Facility }: SimJs): number {
  const arrivals = namedRandom(1, 'arrivals');
  const services = namedRandom(1, 'services');
  const customers = CUSTOMERS / 10;
  let events = 0;
  const facility = new Facility('room', Facility.FCFS, SERVERS);
  class Source extends Entity {
    start(): void {
      this.arrive();
    }
    arrive(): void {
      events += 1;
      this.useFacility(facility, services.exponential(SERVICE)).done(() => {
        events += 1;
      });
      if (events < 2 * customers) this.setTimer(arrivals.exponential(GAP)).done(() => this.arrive());
    }
  }
  const sim = new Sim();
  sim.addEntity(Source);
  sim.simulate(1e15);
  return events;
}

/** The package is built for pages: it gives itself to a `window`, and exports nothing. */
async function loadSimJs(): Promise<SimJs> {
  const page: { Sim?: SimJs } = {};
  Object.assign(globalThis, { window: page });
  // @ts-expect-error: no types
  await import('simjs');
  Object.assign(globalThis, { window: undefined });
  if (!page.Sim) throw new Error('simjs gives itself to nobody');
  return page.Sim;
}

export async function rows(): Promise<Row[]> {
  const peer = await optional(loadSimJs);
  return [pairRow('M/M/4 queue', 'events/s', inTurns(ours, peer && (() => simjs(peer))), 'simjs', 5)];
}
