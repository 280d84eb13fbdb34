// The sandbox's worker: closes itself, then runs one project and says what becomes of it. One run is all that a worker
// is for: what its programs have done to their realm ends with it.
import { Malformed } from '#engine/base/errors.ts';
import { packTrace } from '#engine/trace/parcel.ts';
import type { SandboxEnd, SandboxOutput, SandboxRun, ToSandbox } from './sandbox-messages.ts';
import { type Ended, type Files, packetsOf, runProject } from './sandbox-project.ts';
import { closeRealm } from './sandbox-realm.ts';

/** Milliseconds of real time between two words to the page. */
const SLICE_MS = 20;
/** Milliseconds of real time that a run may take: what it keeps in memory grows meanwhile, and nothing here can see it. */
const LONGEST_MS = 15_000;
/** Pieces of output in a message. */
const MOST_PIECES = 2000;

const shelf = new Map<string, string>();
const realm = closeRealm(shelf);
let isStopped = false;
let output: SandboxOutput[] = [];
let said = 0;
let began = 0;

realm.listen((data) => {
  const message = data as ToSandbox;
  if (message.kind === 'shelf') {
    for (const [path, text] of message.shelf) shelf.set(path, text);
    realm.post({ kind: 'ready' });
  } else if (message.kind === 'stop') isStopped = true;
  else void run(message.files);
});

/** What was printed at one moment by one program goes out as one piece. */
function keep(piece: SandboxOutput): void {
  const last = output.at(-1);
  if (last?.program !== piece.program || last.stream !== piece.stream || last.time !== piece.time)
    output.push(piece);
  else output[output.length - 1] = { ...piece, text: last.text + piece.text };
  if (output.length >= MOST_PIECES) tell(piece.time);
}

/** Lets go: the page hears how far it is, and what was printed; what the page has said is heard. */
function breathe(time: number): Promise<void> | undefined {
  if (realm.now() - said < SLICE_MS) return undefined;
  tell(time);
  return realm.turn();
}

function tell(time: number): void {
  said = realm.now();
  if (output.length > 0) realm.post({ kind: 'output', output });
  else realm.post({ kind: 'alive', time });
  output = [];
}

function whyStop(): string | undefined {
  if (isStopped) return 'You stopped it.';
  if (realm.now() - began > LONGEST_MS)
    return `It took more than ${LONGEST_MS / 1000} seconds of real time, so it was stopped.`;
  return undefined;
}

async function run(files: Files): Promise<void> {
  began = realm.now();
  try {
    const ended = await runProject(files, realm, {
      onOutput: keep,
      breathe,
      whyStop,
    });
    tell(ended.run.world.now);
    done(ended);
  } catch (problem) {
    const isTheirs = problem instanceof Malformed;
    const why = problem instanceof Error ? problem.message : 'something that is no error was thrown';
    finish({
      programs: [],
      end: 0,
      packets: 0,
      cut: undefined,
      fault: isTheirs ? why : `The simulator itself failed: ${why}`,
      run: undefined,
    });
  }
}

function done({ run, until, end, programs, cut }: Ended): void {
  const packets = packetsOf(run.world.trace);
  const { parcel, transfer } = packTrace(run.world.trace);
  const { spec } = run;
  const out: SandboxRun = { spec, until, end, digest: parcel.digest, parcel };
  finish(
    { programs, end: run.world.now, packets, cut, fault: undefined, run: out },
    transfer as ArrayBuffer[],
  );
}

function finish(done: SandboxEnd, transfer: readonly ArrayBuffer[] = []): void {
  realm.post({ kind: 'done', done }, transfer);
}
