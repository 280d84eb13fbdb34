// Runs a project inside the sandbox's worker: in slices, so that the page hears of it and can stop it.
import { SystemResolver } from '#engine/app/system-resolver.ts';
import { Malformed } from '#engine/base/errors.ts';
import { MILLISECOND, SECOND } from '#engine/base/units.ts';
import { Host } from '#engine/net/host.ts';
import { HOSTS_PATH, RESOLV_CONF_PATH } from '#engine/net/host-files.ts';
import { Drive } from '#engine/node/drive.ts';
import { NodeProcess } from '#engine/node/node-process.ts';
import { startProgram } from '#engine/node/program.ts';
import { ProgramFiles } from '#engine/node/program-files.ts';
import { Run } from '#engine/scenario/run.ts';
import type { RunEnd } from '#engine/sim/kernel.ts';
import type { ProgramEnd, SandboxOutput } from './sandbox-messages.ts';
import type { ClosedRealm } from './sandbox-realm.ts';

export type Files = readonly (readonly [name: string, text: string])[];

export interface Hooks {
  onOutput(piece: SandboxOutput): void;
  /** Called often; what it gives is waited for. */
  breathe(time: number): Promise<void> | undefined;
  /** Why it should end now, as a sentence. */
  whyStop(): string | undefined;
}

export interface Ended {
  readonly run: Run;
  readonly until: number;
  readonly end: RunEnd;
  readonly time: number;
  readonly programs: readonly ProgramEnd[];
  readonly packets: number;
  /** Why it ended before its programs had. */
  readonly cut: string | undefined;
}

interface Entry {
  readonly name: string;
  readonly on: string;
  readonly run: string;
  readonly env?: Record<string, string>;
  readonly args?: readonly string[];
  readonly service?: boolean;
}

/** Kernel events between two looks at the clock, and events of the trace after which a run is cut. */
const STEP = 200;
const MOST_RECORDED = 1_500_000;

export async function runProject(files: Files, realm: ClosedRealm, hooks: Hooks): Promise<Ended> {
  const field = JSON.parse(files.find(([name]) => name === 'package.json')?.[1] ?? '{}').roundtrip ?? {};
  const run = new Run({ scenario: field.scenario ?? 'home-lan', set: {}, seed: 1, inputs: [] });
  const { world, network } = run;
  realm.setClock(() => world.epochSeconds * 1000 + world.now / MILLISECOND);
  const drive = new Drive(world, realm);
  const shared = files.map(([name, text]) => [`/app/${name}`, text] as const);
  const ends = new Map<NodeProcess, { time?: number; isService: boolean }>();
  for (const entry of field.processes as Entry[]) {
    const host = network.machine(entry.on);
    if (!(host instanceof Host)) throw new Malformed(`nothing runs on ${entry.on}`);
    const end: { time?: number; isService: boolean } = { isService: entry.service === true };
    const node: NodeProcess = new NodeProcess(drive, {
      name: entry.name,
      host,
      resolver: new SystemResolver(host, {
        resolvConf: host.files.read(RESOLV_CONF_PATH) ?? '',
        hosts: host.files.read(HOSTS_PATH) ?? '',
      }),
      files: new ProgramFiles(shared),
      argv: ['/usr/local/bin/node', `/app/${entry.run}`, ...(entry.args ?? [])],
      env: entry.env ?? {},
      onOutput: (stream, text) => hooks.onOutput({ program: entry.name, stream, text, time: world.now }),
      onExit: () => {
        end.time = world.now;
      },
    });
    ends.set(node, end);
    startProgram(node, `/app/${entry.run}`);
  }
  const until = 30 * SECOND;
  let end: RunEnd = 'events';
  let cut: string | undefined;
  for (;;) {
    end = await drive.run({ until, maxEvents: STEP }, () => void hooks.breathe(world.now));
    const wait = hooks.breathe(world.now);
    if (wait) await wait;
    const isOver = [...ends].every(([node, { isService }]) => isService || !node.isRunning);
    cut = hooks.whyStop();
    if (world.trace.length > MOST_RECORDED) cut = 'More happened than can be kept, so the run was cut.';
    if (cut !== undefined || isOver || end !== 'events') break;
  }
  const sent = world.trace.findKind('frame.sent');
  let packets = 0;
  for (let id = 0; id < world.trace.length; id++) if (world.trace.kindOf(id) === sent) packets += 1;
  return {
    run,
    until,
    end,
    time: world.now,
    packets,
    cut,
    programs: [...ends].map(([node, { time }]) => ({
      name: node.name,
      code: node.ended,
      time,
      stopped: undefined,
    })),
  };
}
