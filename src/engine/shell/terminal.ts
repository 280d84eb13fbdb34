/**
 * The terminals of a run: at each, a person types lines, and a shell runs them one after another.
 *
 * What is typed enters the world as the input `type` {machine, line}, Ctrl-C as `interrupt` {machine}; so a run with
 * its inputs can be repeated. The trace has `shell.run` {run, line, user, prompt}, `shell.output` {run, text, stream}
 * and `shell.exit` {run, status}: in order, they are what stands on the screen. The cause of an output is what brought
 * it about: the packet that was answered, or the time that was over.
 *
 * Lines typed while a program runs wait. Not here: editing, history and completion (the page's), a working directory,
 * jobs in the background.
 */
import { Malformed, Unsupported } from '../base/errors.ts';
import { Host } from '../net/host.ts';
import type { Network } from '../net/network.ts';
import { ProgramError, type Running, type Task } from '../sim/task.ts';
import type { Detail } from '../trace/event.ts';
import { writeFile, writeProblem } from './files.ts';
import { type HostsTable, installHosts, Names, type SystemNames } from './names.ts';
import { type Command, MAX_LINE, type Output, parseLine } from './parse.ts';
import { type Env, INTERRUPTED, type NameCache } from './program.ts';
import { PROGRAMS } from './programs.ts';

export interface TerminalOptions {
  /** Who sits at which machine: `{ laptop: 'maya' }`. */
  readonly users: Readonly<Record<string, string>>;
  /** Names that stand in everybody's hosts file. */
  readonly hosts?: HostsTable;
  /** The name resolution of machines that have one. */
  readonly systems?: readonly SystemNames[];
  /** The machines that are resolvers for others, by name. */
  readonly resolvers?: Readonly<Record<string, NameCache>>;
}

/** Lines that wait for the one that runs. */
const MAX_WAITING = 16;
/** Characters that the programs of one line may print. */
const MAX_OUTPUT = 200_000;
const NOT_FOUND = 127;
const WRONG_LINE = 2;
/** Of a line that its machine did not survive. */
const LOST = 255;

/** Gives machines a prompt, and registers the inputs `type` and `interrupt` with the world. */
export function openTerminals(network: Network, options: TerminalOptions): ReadonlyMap<string, Terminal> {
  const terminals = new Map<string, Terminal>();
  for (const [name, user] of Object.entries(options.users)) {
    const machine = network.machine(name);
    if (!(machine instanceof Host)) throw new Malformed(`${name} runs no programs`);
    installHosts(machine, options.hosts ?? {});
    const system = options.systems?.find(({ host }) => host === machine);
    terminals.set(name, new Terminal(machine, user, system, options.resolvers?.[name]));
  }
  const find = (detail: Detail): Terminal => {
    const name = String(detail['machine']);
    network.machine(name);
    const found = terminals.get(name);
    if (!found)
      throw new Malformed(`${name} has no terminal; there are those of ${[...terminals.keys()].join(', ')}`);
    return found;
  };
  network.world.onInput(
    'type',
    (detail) => find(detail).type(String(detail['line'])),
    (detail) => {
      find(detail);
      checkLine(detail['line']);
    },
  );
  network.world.onInput(
    'interrupt',
    (detail) => find(detail).interrupt(),
    (detail) => {
      find(detail);
    },
  );
  return terminals;
}

/** Throws {@link Malformed} for what no keyboard types into one line. */
export function checkLine(line: unknown): asserts line is string {
  if (typeof line !== 'string' || line.length > MAX_LINE)
    throw new Malformed(`type: a line has at most ${MAX_LINE} characters`);
  if (/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(line))
    throw new Malformed('type: a line has printable characters only');
}

/** A program that runs now, and how Ctrl-C gets to it. */
interface Foreground {
  readonly env: Env;
  readonly running: Running<number>;
}

export class Terminal {
  readonly host: Host;
  readonly user: string;
  readonly #names: Names;
  readonly #systemCache: NameCache | undefined;
  readonly #resolverCache: NameCache | undefined;
  readonly #waiting: { readonly line: string; readonly cause: number }[] = [];
  #isBusy = false;
  #foreground: Foreground | undefined;
  #isInterrupted = false;
  #runs = 0;
  #printed = 0;

  constructor(
    host: Host,
    user: string,
    system: SystemNames | undefined,
    resolverCache: NameCache | undefined,
  ) {
    this.host = host;
    this.user = user;
    this.#names = new Names(host, system);
    this.#systemCache = system;
    this.#resolverCache = resolverCache;
    host.onBoot(() => this.#waiting.splice(0));
  }

  /** What stands before the cursor: `maya@laptop:~$ `, `root@home-router:~# `. */
  get prompt(): string {
    return `${this.user}@${this.host.name}:~${this.user === 'root' ? '#' : '$'} `;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** A line, with Enter. */
  type(line: string): void {
    if (!this.host.ip.isOn) {
      this.host.record('shell.refused', { line, reason: `${this.host.name} is off` });
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.host.record('shell.refused', { line, reason: `${MAX_WAITING} lines wait already` });
      return;
    }
    this.#waiting.push({ line, cause: this.host.world.trace.cause });
    if (!this.#isBusy) {
      this.#isBusy = true;
      this.host.run('shell', this.#serve());
    }
  }

  /** Ctrl-C: the program that runs may do something about it; otherwise it ends, and with it the rest of the line. */
  interrupt(): void {
    this.host.record('shell.interrupt', { run: this.#runs });
    // what was typed ahead is thrown away, as a real terminal does
    this.#waiting.splice(0);
    if (!this.#foreground) return;
    const { env, running } = this.#foreground;
    if (env.onInterrupt) env.onInterrupt();
    else {
      this.#isInterrupted = true;
      running.cancel();
    }
  }

  /** Runs what has been typed until nothing is left. */
  *#serve(): Task {
    try {
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
        this.host.world.trace.cause = next.cause;
        yield* this.#line(next.line);
      }
    } finally {
      this.#isBusy = false;
      this.#foreground = undefined;
    }
  }

  *#line(line: string): Task {
    const run = ++this.#runs;
    let status = LOST;
    this.host.because({ kind: 'shell.run', detail: { run, line, user: this.user, prompt: this.prompt } });
    this.#isInterrupted = false;
    this.#printed = 0;
    try {
      status = yield* this.#commands(line, run);
    } finally {
      this.host.because({ kind: 'shell.exit', detail: { run, status } });
    }
  }

  *#commands(line: string, run: number): Task<number> {
    let commands: ReturnType<typeof parseLine>;
    try {
      commands = parseLine(line);
    } catch (error) {
      if (!(error instanceof Malformed) && !(error instanceof Unsupported)) throw error;
      this.#print(run, 'err', `bash: ${error.message}\n`);
      return WRONG_LINE;
    }
    let status = 0;
    let isSkipped = false;
    let input: string | undefined;
    for (const [i, command] of commands.entries()) {
      const { joint } = command;
      if (joint !== '|') {
        isSkipped = (joint === '&&' && status !== 0) || (joint === '||' && status === 0);
        input = undefined;
      }
      if (isSkipped) continue;
      const isPiped = commands[i + 1]?.joint === '|';
      const result = yield* this.#command(command, run, input, isPiped);
      status = result.status;
      input = result.output;
      if (this.#isInterrupted) break;
    }
    return status;
  }

  /** Runs one command; what it printed is given back when it goes to the next one. */
  *#command(
    { words, output }: Command,
    run: number,
    input: string | undefined,
    isPiped: boolean,
  ): Task<{ readonly status: number; readonly output: string }> {
    // as bash does, the file is opened before the program begins
    if (output && this.#refuses(output.path, run)) return { status: 1, output: '' };
    let kept = '';
    const isKept = isPiped || output !== undefined;
    const out = (text: string): void => {
      if (isKept) kept = (kept + text).slice(0, MAX_OUTPUT);
      else this.#print(run, 'out', text);
    };
    const status = yield* this.#program(words, run, input, out);
    if (output) this.#save(output, kept, run);
    return { status, output: isPiped && !output ? kept : '' };
  }

  *#program(
    words: readonly string[],
    run: number,
    input: string | undefined,
    out: (text: string) => void,
  ): Task<number> {
    const isSudo = words[0] === 'sudo' && words.length > 1;
    const [name, ...args] = isSudo ? words.slice(1) : words;
    const entry = PROGRAMS.get(name!);
    if (!entry) {
      this.#print(run, 'err', `${isSudo ? 'sudo' : 'bash'}: ${name}: command not found\n`);
      return isSudo ? 1 : NOT_FOUND;
    }
    const names = this.#names;
    const env: Env = {
      host: this.host,
      name: name!,
      args,
      user: isSudo ? 'root' : this.user,
      input,
      out,
      err: (text) => this.#print(run, 'err', text),
      resolve: function* (text, family) {
        return (yield* names.lookup(text, family)).addresses;
      },
      lookUp: (text, family) => names.lookup(text, family),
      nameOf: (address) => names.nameOf(address),
      reverse: (address) => names.reverse(address),
      systemCache: this.#systemCache,
      resolverCache: this.#resolverCache,
      onInterrupt: undefined,
    };
    const running = this.host.run(name!, entry.program(env));
    this.#foreground = { env, running };
    try {
      return yield* running.join();
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      if (running.state === 'cancelled') return INTERRUPTED;
      this.#print(run, 'err', `${name}: ${error.message}\n`);
      return 1;
    } finally {
      this.#foreground = undefined;
    }
  }

  /** True, and says why, when nothing can be written there. */
  #refuses(path: string, run: number): boolean {
    const problem = writeProblem(this.user, path);
    if (problem !== undefined) this.#print(run, 'err', `bash: ${path}: ${problem}\n`);
    return problem !== undefined;
  }

  #save({ path, appends }: Output, text: string, run: number): void {
    const problem = writeFile(this.host, path, text, appends);
    if (problem !== undefined) this.#print(run, 'err', `bash: ${path}: ${problem}\n`);
  }

  #print(run: number, stream: 'out' | 'err', text: string): void {
    if (text === '' || this.#printed >= MAX_OUTPUT) return;
    this.#printed += text.length;
    this.host.record('shell.output', { run, text, stream });
    if (this.#printed < MAX_OUTPUT) return;
    const cut = `\nbash: stopped after ${MAX_OUTPUT} characters\n`;
    this.host.record('shell.output', { run, text: cut, stream: 'err' });
    this.#isInterrupted = true;
    this.#foreground?.running.cancel();
  }
}
