// The page's one worker: runs worlds in slices, takes messages between them, and answers questions about finished runs.
import { Malformed } from '#engine/base/errors.ts';
import { Session } from '#engine/export/session.ts';
import type { RunRequest, RunView } from '#engine/inspect/view.ts';
import { unpackTrace } from '#engine/trace/parcel.ts';
import { keyOf } from './answers.ts';
import type { ForeignRun } from './foreign-runs.ts';
import type { Asked, Question, Reply } from './messages.ts';

const SLICE_MS = 20;
const EVENTS_A_TURN = 500;
/** Finished runs that are kept for questions; a run asked for again is run again, with the same result. */
const KEPT = 4;

interface Job {
  readonly key: string;
  readonly session: Session;
  /** Questions that wait for the end. */
  waiting: Asked[];
}

const finished = new Map<string, Session>();
/** Runs that took place in a sandbox: none of them can be run again here. */
const taken = new Map<string, Session>();
let jobs: Job[] = [];
let turning = false;
/** Tasks between slices: a message to ourselves comes after the messages that are already there. */
const turn = new MessageChannel();
turn.port1.onmessage = work;

self.onmessage = ({ data }: MessageEvent<Asked>) => {
  const { question } = data;
  try {
    if (question.kind === 'run') supersede(question.who, keyOf(question.request));
    if (question.kind === 'take') {
      take(question.request, question.run);
      post({ id: data.id, ok: true, answer: undefined });
      return;
    }
    const key = keyOf(question.request);
    const done = taken.get(key) ?? finished.get(key);
    if (!done && question.request.playground)
      throw new Malformed('This run is no longer here: run the programs again.');
    if (done) answer(data, done);
    else enqueue(key, data, question.request);
  } catch (problem) {
    refuse(data.id, problem);
  }
};

function enqueue(key: string, asked: Asked, request: RunRequest): void {
  const job = jobs.find((one) => one.key === key);
  if (job) job.waiting.push(asked);
  else jobs.push({ key, session: Session.start(request), waiting: [asked] });
  if (!turning) {
    turning = true;
    turn.port2.postMessage(0);
  }
}

/** A figure that asks for another run no longer waits for the one before. */
function supersede(who: string, key: string): void {
  for (const job of jobs) {
    if (job.key === key) continue;
    job.waiting = job.waiting.filter(({ id, question }) => {
      const stale = question.kind === 'run' && question.who === who;
      if (stale) post({ id, ok: false, name: 'Superseded', message: 'a later run took its place' });
      return !stale;
    });
  }
  jobs = jobs.filter((job) => job.waiting.length > 0);
}

function work(): void {
  const job = jobs[0];
  turning = job !== undefined;
  if (!job) return;
  try {
    const until = performance.now() + SLICE_MS;
    let over = false;
    do over = job.session.advance(EVENTS_A_TURN);
    while (!over && performance.now() < until);
    if (over) {
      jobs.shift();
      keep(finished, job.key, job.session);
      for (const asked of job.waiting) answer(asked, job.session);
    } else post({ id: -1, ok: true, answer: undefined });
  } catch (problem) {
    jobs.shift();
    for (const { id } of job.waiting) refuse(id, problem);
  }
  turn.port2.postMessage(0);
}

/** Looks at what a sandbox says of a run: a stranger wrote it. */
function take(request: RunRequest, { until, end, parcel }: ForeignRun): void {
  const trace = unpackTrace(parcel);
  if (trace.digest !== request.playground?.digest) throw new Malformed('this is the record of another run');
  keep(taken, keyOf(request), Session.elsewhere(request, { trace, until, end }));
}

function keep(sessions: Map<string, Session>, key: string, session: Session): void {
  sessions.delete(key);
  sessions.set(key, session);
  for (const old of sessions.keys()) {
    if (sessions.size <= KEPT) break;
    sessions.delete(old);
  }
}

function answer({ id, question }: Asked, session: Session): void {
  if (question.kind === 'take') return;
  try {
    // Looked at now, so forgotten last.
    keep(session.run.isForeign ? taken : finished, keyOf(question.request), session);
    const transfer: Transferable[] = [];
    const found = session.ask(() => look(session, question, transfer));
    post({ id, ok: true, answer: found }, transfer);
  } catch (problem) {
    refuse(id, problem);
  }
}

function look(
  session: Session,
  question: Exclude<Question, { kind: 'take' }>,
  transfer: Transferable[],
): unknown {
  switch (question.kind) {
    case 'run':
      return movable(session.view(), transfer);
    case 'frame': {
      const frame = session.frame(question.frame);
      const bytes = frame.bytes.slice();
      transfer.push(bytes.buffer);
      return { ...frame, bytes };
    }
    case 'tables':
      return session.tables(question.machine, question.time);
    case 'forgery':
      return session.forgery();
    case 'nameServerLog':
      return session.nameServerLog();
    case 'caches':
      return session.caches(question.time);
    case 'why':
      return session.why(question.event);
    case 'filter':
      return session.filter(question.expression);
    case 'complete':
      return session.complete(question.machine, question.line);
    case 'export':
      return exported(session, question.as);
  }
}

function exported(session: Session, kind: Extract<Question, { kind: 'export' }>['as']): string | Uint8Array {
  switch (kind) {
    case 'pcapng':
      return session.pcapng();
    case 'text':
      return session.text();
    case 'transcript':
      return session.transcript();
    case 'json':
      return session.json();
  }
}

/** The view with its columns copied, so that the copies can be handed over whole. */
function movable(view: RunView, transfer: Transferable[]): RunView {
  const hops = Object.fromEntries(
    Object.entries(view.hops).map(([name, column]) => {
      const copy = column.slice();
      transfer.push(copy.buffer);
      return [name, copy];
    }),
  );
  return { ...view, hops: hops as unknown as RunView['hops'] };
}

function refuse(id: number, problem: unknown): void {
  const name = problem instanceof Error ? problem.name : 'Error';
  const at = (problem as { at?: unknown }).at;
  const message = problem instanceof Error ? problem.message : String(problem);
  post({ id, ok: false, name, message, ...(typeof at === 'number' && { at }) });
}

function post(reply: Reply, transfer: Transferable[] = []): void {
  self.postMessage(reply, { transfer });
}
