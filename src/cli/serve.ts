/**
 * `roundtrip serve SCENARIO`: real programs talk to simulated machines, in real time, until Ctrl-C.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Malformed } from '#engine/base/errors.ts';
import { parseDuration } from '#engine/base/units.ts';
import { Session } from '#engine/export/session.ts';
import type { Run } from '#engine/scenario/run.ts';
import { Bridge } from '../bridge/bridge.ts';
import { type Mapping, parseMapping } from '../bridge/mapping.ts';
import { type Recording, readRecording, rerun } from '../bridge/recording.ts';
import { Unavailable } from '../bridge/unavailable.ts';
import { readArguments, readSeed, readSettings } from './arguments.ts';

const OPTIONS = {
  set: { type: 'string', multiple: true },
  seed: { type: 'string' },
  udp: { type: 'string', multiple: true },
  tcp: { type: 'string', multiple: true },
  'allow-remote': { type: 'boolean' },
  tun: { type: 'string' },
  'tun-at': { type: 'string' },
  'tun-route': { type: 'string', multiple: true },
  speed: { type: 'string' },
  for: { type: 'string' },
  record: { type: 'string' },
  replay: { type: 'string' },
  pcap: { type: 'string' },
  log: { type: 'boolean' },
  stats: { type: 'boolean' },
} as const;

type Print = (stream: 'out' | 'err', text: string) => void;

const MOST_SPEED = 1_000;
const LEAST_SPEED = 0.001;

/** Runs until a signal, the end of `--for`, or the end of what can be kept. Gives the status. */
export async function serve(args: readonly string[], print: Print): Promise<number> {
  try {
    const { positionals, values } = readArguments('serve', args, OPTIONS, ['SCENARIO']);
    return values.replay === undefined
      ? await live(positionals[0]!, values, print)
      : again(positionals[0]!, values, print);
  } catch (error) {
    if (!(error instanceof Malformed) && !(error instanceof Unavailable)) throw error;
    print('err', `roundtrip: ${error.message.replaceAll('\n', ' ')}\n`);
    return error instanceof Malformed ? 2 : 1;
  }
}

type Values = ReturnType<typeof readArguments<typeof OPTIONS>>['values'];

async function live(scenario: string, values: Values, print: Print): Promise<number> {
  const mappings = readMappings(values);
  const { tun } = values;
  if (mappings.length === 0 && tun === undefined)
    throw new Malformed('serve needs a door: --udp, --tcp or --tun');
  const lasts = values.for === undefined ? undefined : parseDuration(values.for) / 1e6;
  const bridge = await Bridge.open({
    world: { scenario, set: readSettings(values.set ?? []), seed: readSeed(values.seed ?? '1') },
    mappings,
    ...(tun === undefined ? {} : { tun: readTun(tun, values) }),
    speed: readSpeed(values.speed ?? '1'),
    ...(values.record === undefined ? {} : { record: values.record }),
    keepTrace: values.pcap !== undefined,
    ...(values.log ? { log: (line) => print('out', `${line}\n`) } : {}),
  });
  for (const line of bridge.doors) print('out', `${line}\n`);
  for (const line of bridge.warnings) print('err', `roundtrip: ${line}\n`);
  const why = await ended(bridge, lasts);
  await bridge.close();
  if (why !== undefined) print('err', `roundtrip: ended: ${why}\n`);
  for (const line of bridge.traffic.lines()) print('out', `${line}\n`);
  if (values.stats) {
    print('out', `answers to datagrams took longer than in the world by: ${bridge.traffic.added.text()}\n`);
    print('out', `the world ran behind the clock by: ${bridge.pacer.late.text()}\n`);
    if (bridge.pacer.lostMs > 0)
      print('out', `the world was too slow for ${(bridge.pacer.lostMs / 1e3).toFixed(1)} s, and lost them\n`);
  }
  if (values.record !== undefined) print('out', `digest ${bridge.network.world.trace.digest}\n`);
  if (values.pcap !== undefined) capture(bridge.run!, values.pcap);
  return 0;
}

/** Runs a recording, and says whether it came out as it was. */
function again(scenario: string, values: Values, print: Print): number {
  const { replay, pcap, udp, tcp, tun, set, seed } = values;
  if (udp || tcp || tun !== undefined || set || seed !== undefined)
    throw new Malformed('--replay brings its own world and inputs: it goes with --pcap only');
  const recording = readInputs(replay!, scenario);
  const run = rerun(recording);
  if (pcap !== undefined) capture(run, pcap);
  const { digest } = run.world.trace;
  print('out', `${recording.inputs.length} inputs, digest ${digest}\n`);
  if (recording.digest === undefined || recording.digest === digest) return 0;
  print('err', `roundtrip: another run than was recorded, whose digest was ${recording.digest}\n`);
  return 1;
}

/** A recording of this scenario from a file. Throws {@link Malformed}. */
export function readInputs(file: string, scenario: string): Recording {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Malformed(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
  const recording = readRecording(text);
  if (recording.scenario !== scenario)
    throw new Malformed(`${file} was recorded in ${recording.scenario}, not in ${scenario}`);
  return recording;
}

function readMappings(values: Values): Mapping[] {
  const mayBeRemote = values['allow-remote'] ?? false;
  return [
    ...(values.udp ?? []).map((text) => parseMapping('udp', text, mayBeRemote)),
    ...(values.tcp ?? []).map((text) => parseMapping('tcp', text, mayBeRemote)),
  ];
}

function readTun(name: string, values: Values) {
  if (!/^[\w.-]{1,15}$/.test(name)) throw new Malformed(`--tun takes auto or a device’s name, not ${name}`);
  const at = values['tun-at'];
  return { name, routes: values['tun-route'] ?? [], ...(at === undefined ? {} : { at }) };
}

function readSpeed(text: string): number {
  const speed = Number(text);
  if (!(speed >= LEAST_SPEED && speed <= MOST_SPEED))
    throw new Malformed(`--speed takes a number from ${LEAST_SPEED} to ${MOST_SPEED}, not ${text}`);
  return speed;
}

/** Waits for a signal, for time to pass, or for the bridge to be full; in the last case it gives the reason. */
function ended(bridge: Bridge, lastsMs: number | undefined): Promise<string | undefined> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM'] as const;
    const timer = lastsMs === undefined ? undefined : setTimeout(() => finish(undefined), lastsMs);
    const onSignal = (): void => finish(undefined);
    const finish = (why: string | undefined): void => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, onSignal);
      resolve(why);
    };
    for (const signal of signals) process.on(signal, onSignal);
    bridge.onFull = finish;
  });
}

function capture(run: Run, file: string): void {
  try {
    writeFileSync(file, Session.of(run).pcapng());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Unavailable(`cannot write ${file}: ${code}`);
  }
}
