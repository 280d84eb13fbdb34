// Asks the page's one worker, which starts at the first question. A worker that crashes or hangs is ended and started
// anew; whoever waited is told.
import type {
  CacheView,
  NameServerLog,
  RunRequest,
  RunView,
  TableView,
  WhyStep,
} from '#engine/inspect/view.ts';
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';
import {
  type Answers,
  type Completion,
  type ExportKind,
  type FrameView,
  keyOf,
  Superseded,
} from './answers.ts';
import { takeForeign } from './foreign-runs.ts';
import type { Asked, Question, Reply } from './messages.ts';
import { buffersIn } from './sandbox-messages.ts';

/** Without a sign of life for so long, a worker hangs. */
const HANG_MS = 10_000;

interface Waiting {
  resolve(answer: unknown): void;
  reject(problem: Error): void;
}

class WorkerClient implements Answers {
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #next = 0;
  #watch: ReturnType<typeof setTimeout> | undefined;
  /** Figures that name the same run share the view. */
  #views = new Map<string, RunView>();

  async run(request: RunRequest, who: string): Promise<RunView> {
    const key = keyOf(request);
    const known = this.#views.get(key);
    if (known) return known;
    const view = (await this.#ask({ kind: 'run', request, who })) as RunView;
    this.#views.set(key, view);
    for (const old of this.#views.keys()) {
      if (this.#views.size <= 6) break;
      this.#views.delete(old);
    }
    return view;
  }

  frame(request: RunRequest, frame: number): Promise<FrameView> {
    return this.#ask({ kind: 'frame', request, frame }) as Promise<FrameView>;
  }
  tables(request: RunRequest, machine: string, time: number): Promise<readonly TableView[]> {
    return this.#ask({ kind: 'tables', request, machine, time }) as Promise<readonly TableView[]>;
  }
  forgery(request: RunRequest): Promise<SpoofingReading | undefined> {
    return this.#ask({ kind: 'forgery', request }) as Promise<SpoofingReading | undefined>;
  }
  nameServerLog(request: RunRequest): Promise<NameServerLog> {
    return this.#ask({ kind: 'nameServerLog', request }) as Promise<NameServerLog>;
  }
  caches(request: RunRequest, time: number): Promise<readonly CacheView[]> {
    return this.#ask({ kind: 'caches', request, time }) as Promise<readonly CacheView[]>;
  }
  why(request: RunRequest, event: number): Promise<readonly WhyStep[]> {
    return this.#ask({ kind: 'why', request, event }) as Promise<readonly WhyStep[]>;
  }
  filter(request: RunRequest, expression: string): Promise<readonly number[]> {
    return this.#ask({ kind: 'filter', request, expression }) as Promise<readonly number[]>;
  }
  complete(request: RunRequest, machine: string, line: string): Promise<Completion> {
    return this.#ask({ kind: 'complete', request, machine, line }) as Promise<Completion>;
  }
  async exportAs(request: RunRequest, kind: ExportKind): Promise<Blob> {
    const data = (await this.#ask({ kind: 'export', request, as: kind })) as BlobPart;
    return new Blob([data], {
      type: kind === 'pcapng' ? 'application/x-pcapng' : kind === 'json' ? 'application/json' : 'text/plain',
    });
  }

  async #ask(question: Question): Promise<unknown> {
    const { request } = question;
    const run = takeForeign(request);
    // the worker takes it in first, or says why not
    if (run) await this.#send({ kind: 'take', request, run }, buffersIn(run));
    return this.#send(question);
  }

  #send(question: Question, transfer: Transferable[] = []): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#start().postMessage({ id, question } satisfies Asked, transfer);
      this.#expect();
    });
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#take(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(`The engine stopped: ${event.message || 'its file could not be loaded'}.`);
    };
    this.#worker = worker;
    return worker;
  }

  #take(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    this.#expect();
    if (!waiting) return;
    if (reply.ok) waiting.resolve(reply.answer);
    else
      waiting.reject(
        reply.name === 'Superseded'
          ? new Superseded(reply.message)
          : Object.assign(new Error(reply.message), { name: reply.name, at: reply.at }),
      );
  }

  /** Watches for silence while somebody waits. */
  #expect(): void {
    clearTimeout(this.#watch);
    if (this.#waiting.size > 0) {
      this.#watch = setTimeout(
        () => this.#end('The engine did not answer for ten seconds, so it was stopped.'),
        HANG_MS,
      );
    }
  }

  #end(why: string): void {
    clearTimeout(this.#watch);
    this.#worker?.terminate();
    this.#worker = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const one of waiting) one.reject(new Error(why));
  }
}

export const answers: Answers = new WorkerClient();
