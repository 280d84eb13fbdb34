/** The world of the chapter about names, with its prompts: what somebody types there, and what it prints. */
import { type Nanoseconds, SECOND } from '../../../src/engine/base/units.ts';
import {
  type NamesOptions,
  type NamesWorld,
  namesWorld,
} from '../../../src/engine/scenario/dns/names-world.ts';
import { World } from '../../../src/engine/sim/world.ts';

export interface Screen {
  readonly out: string;
  readonly err: string;
  readonly status: number;
  readonly took: Nanoseconds;
}

export class NamesTown {
  readonly world = new World();
  readonly made: NamesWorld;

  constructor(options: NamesOptions = {}) {
    this.made = namesWorld(this.world, options);
  }

  /** Types a line now; at most ten minutes of virtual time. */
  type(line: string, machine = 'laptop'): Screen {
    const { world } = this;
    const start = world.now;
    const from = world.trace.length;
    world.input(start, 'type', { machine, line });
    for (let until = start + SECOND / 10; until < start + 600 * SECOND; until += SECOND / 10) {
      world.kernel.run({ until, maxEvents: 100_000 });
      const text = { out: '', err: '' };
      for (const { kind, node, time, detail } of world.trace.events(['shell.output', 'shell.exit'], from)) {
        if (node !== machine) continue;
        if (kind === 'shell.exit') return { ...text, status: Number(detail!['status']), took: time - start };
        text[detail!['stream'] as 'out' | 'err'] += String(detail!['text']);
      }
    }
    throw new Error(`${line}: no end`);
  }

  /** Kinds of events of a machine since `from`. */
  count(kind: string, machine: string, from = 0): number {
    return [...this.world.trace.events([kind], from)].filter(({ node }) => node === machine).length;
  }
}
