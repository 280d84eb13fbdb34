// The terminal without its drawing: rows and what can be said of them, what Enter, Tab and Ctrl-C make of a run, what
// a link carries. Runs are the engine's own.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Session } from '#engine/export/session.ts';
import type { ConsoleLine, ConsoleView, RunRequest } from '#engine/inspect/view.ts';
import type { Answers } from '../../components/engine/answers.ts';
import { createFigure, type Figure } from '../../components/engine/figure.ts';
import { advance } from '../../components/engine/idle.ts';
import { MAX_INPUTS, readLink, writeLink } from '../../components/engine/link.ts';
import { completed } from '../../components/terminal/completing.ts';
import {
  commandsOf,
  consoleOf,
  entryTime,
  promptOf,
  rowsOf,
  runningAt,
  textOf,
} from '../../components/terminal/console.ts';
import { historyOf, keepTyped } from '../../components/terminal/history.ts';
import { shownFrom } from '../../components/terminal/Screen.tsx';
import { spokenOf } from '../../components/terminal/Spoken.tsx';
import {
  enter,
  interrupt,
  LONGEST,
  linesOf,
  MAX_PASTE,
  problemWith,
  startOver,
} from '../../components/terminal/typing.ts';

const MS = 1e6;
const request: RunRequest = { scenario: 'home-lan', set: {}, seed: 1, inputs: [] };

const sessions = new Map<string, Session>();
function sessionOf(request: RunRequest): Session {
  const key = JSON.stringify(request);
  const found = sessions.get(key) ?? Session.start(request).finish();
  sessions.set(key, found);
  return found;
}

const answers: Answers = {
  run: async (request) => sessionOf(request).view(),
  frame: async (request, frame) => sessionOf(request).frame(frame),
  tables: async (request, machine, time) => sessionOf(request).tables(machine, time),
  forgery: async (request) => sessionOf(request).forgery(),
  nameServerLog: async (request) => sessionOf(request).nameServerLog(),
  caches: async (request, time) => sessionOf(request).caches(time),
  why: async (request, event) => sessionOf(request).why(event),
  filter: async (request, expression) => sessionOf(request).filter(expression),
  complete: async (request, machine, line) => sessionOf(request).complete(machine, line),
  exportAs: async () => new Blob([]),
};

/** A reader who asked for less motion: after a command the cursor stands at its end. */
function figureAt(cursor: number, asked = request): Figure {
  return createFigure({
    id: 'pair',
    view: sessionOf(asked).view(),
    request: asked,
    complete: true,
    cursor,
    panels: ['terminal', 'map'],
    live: true,
    answers: async () => answers,
    reducedMotion: () => true,
  });
}

const linesAt = (figure: Figure, machine = 'laptop'): readonly ConsoleLine[] =>
  consoleOf(figure.$view.get(), machine)!.lines;
const typedAt = (figure: Figure, machine = 'laptop') =>
  commandsOf(linesAt(figure, machine)).map(({ text }) => text);
const screenOf = (figure: Figure, machine = 'laptop'): string[] => {
  const view = figure.$view.get();
  const console = consoleOf(view, machine)!;
  return rowsOf(console, promptOf(view, console)).map((row) => textOf(row));
};

/** A console of these lines, `kind text` at 1 ms, 2 ms, … */
function consoleFrom(...lines: readonly (readonly [ConsoleLine['kind'], string])[]): ConsoleView {
  return {
    machine: 0,
    user: 'maya',
    lines: lines.map(([kind, text], i) => ({ kind, text, time: (i + 1) * MS, event: i })),
  };
}
const prompt = { who: 'maya@laptop', rest: ':~$ ' };

describe('rows', () => {
  it('are what a terminal shows', () => {
    const rows = rowsOf(
      consoleFrom(
        ['typed', 'traceroute x'],
        ['out', 'traceroute to x'],
        ['out', '\n 1  a  2.0 ms'],
        ['out', '  2.1 ms'],
        ['out', '\n\nend\n'],
        ['exit', '0'],
        ['typed', 'false'],
        ['exit', '1'],
      ),
      prompt,
    );
    expect(rows.map((row) => textOf(row))).toEqual([
      'maya@laptop:~$ traceroute x',
      'traceroute to x',
      ' 1  a  2.0 ms  2.1 ms',
      '',
      'end',
      'maya@laptop:~$ false',
    ]);
    expect(rows.map(({ failed }) => failed?.status)).toEqual([...new Array(5).fill(undefined), '1']);
    expect(textOf(rows[2]!, 2), 'a row grows piece by piece').toBe(' 1  a  2.0 ms');
  });

  it('begin anew at a prompt, whatever was left open', () => {
    const rows = rowsOf(
      consoleFrom(['typed', 'echo -n hi'], ['out', 'hi'], ['exit', '0'], ['typed', 'ip a']),
      prompt,
    );
    expect(rows.map((row) => textOf(row))).toEqual([
      'maya@laptop:~$ echo -n hi',
      'hi',
      'maya@laptop:~$ ip a',
    ]);
  });

  it('hold every character of what was printed, in order', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '\n'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
        const rows = rowsOf(consoleFrom(...texts.map((one) => ['out', one] as const)), prompt);
        const whole = texts.join('');
        expect(rows.map((row) => textOf(row)).join('\n')).toBe(whole.replace(/\n$/, ''));
        const lines = rows.flatMap(({ pieces }) => pieces.map(({ line }) => line));
        expect(lines).toEqual([...lines].sort((a, b) => a - b));
      }),
    );
  });

  it('are drawn around what happens, when they are many', () => {
    fc.assert(
      fc.property(fc.nat(6000), fc.nat(), fc.nat(), (rows, a, b) => {
        const reached = a % (rows + 1);
        const from = b % (reached + 1);
        const start = shownFrom(rows, reached, from);
        expect(start).toBeGreaterThanOrEqual(from);
        expect(reached === rows || (start <= reached && reached < start + 1000)).toBe(true);
        if (rows <= 500) expect(start).toBe(from);
      }),
    );
  });

  it('are those of a real run, with its prompt', () => {
    const screen = screenOf(figureAt(0));
    expect(screen[0]).toBe('maya@laptop:~$ ping -c 1 192.168.1.25');
    expect(screen[1]).toBe('PING 192.168.1.25 (192.168.1.25) 56(84) bytes of data.');
    const view = sessionOf(request).view();
    expect(promptOf(view, consoleOf(view, 'home-router')!).rest, 'root has another sign').toBe(':~# ');
  });
});

describe('what can be typed when', () => {
  const { lines } = consoleFrom(['typed', 'a'], ['out', 'x\n'], ['exit', '0'], ['typed', 'b'], ['exit', '2']);

  it('a command runs from Enter to its end', () => {
    expect(runningAt(lines, 0.5 * MS)).toBeUndefined();
    expect(runningAt(lines, 1 * MS)?.text).toBe('a');
    expect(runningAt(lines, 2.9 * MS)?.text).toBe('a');
    expect(runningAt(lines, 3 * MS), 'its end is the prompt’s moment').toBeUndefined();
    expect(runningAt(lines, 4 * MS)?.text).toBe('b');
  });

  it('a line is entered at the cursor, or when all that was typed is over', () => {
    expect(entryTime([], 7.3)).toBe(8);
    expect(entryTime(lines, 2 * MS)).toBe(5 * MS);
    expect(entryTime(lines, 9 * MS)).toBe(9 * MS);
    expect(entryTime(lines.slice(0, 4), 9 * MS), 'never, when the last never ends').toBeUndefined();
  });
});

describe('Enter', () => {
  it('types the line into the world, and what stood there stays', async () => {
    const figure = figureAt(0);
    const before = screenOf(figure);
    expect(await enter(figure, 'laptop', ['ping -c 2 192.0.2.80'])).toBeUndefined();
    const after = screenOf(figure);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after).toContain('2 packets transmitted, 2 received, 0% packet loss, time 1000ms');
    const [input] = figure.$request.get().inputs;
    expect(input).toMatchObject({
      what: 'type',
      detail: { machine: 'laptop', line: 'ping -c 2 192.0.2.80' },
    });
    expect(figure.$request.get().inputs, 'no Ctrl-C for what ends by itself').toHaveLength(1);
    expect(figure.$cursor.get(), 'at the end of the command').toBe(commandsOf(linesAt(figure)).at(-1)!.end);
    expect(figure.$view.get().moments.map(({ text }) => text)).toContain('runs: ping -c 2 192.0.2.80');
  });

  it('at another machine, at the cursor', async () => {
    const figure = figureAt(60 * MS);
    await enter(figure, 'home-router', ['ip route']);
    expect(figure.$request.get().inputs[0]!.time).toBe(60 * MS);
    expect(screenOf(figure, 'home-router').join('\n')).toContain('default via 203.0.113.65');
  });

  it('several lines run one after the other', async () => {
    const figure = figureAt(0);
    await enter(figure, 'laptop', ['hostname', 'ping -c 1 192.0.2.80', 'false']);
    expect(typedAt(figure).slice(-3)).toEqual(['hostname', 'ping -c 1 192.0.2.80', 'false']);
    expect(commandsOf(linesAt(figure)).at(-1)!.status).toBe('1');
  });

  it('while the world still runs for the line before, waits its turn', async () => {
    const figure = figureAt(0);
    await Promise.all(
      ['ping -c 2 192.0.2.80', 'hostname', 'true'].map((line) => enter(figure, 'laptop', [line])),
    );
    const [first, ...others] = figure.$request.get().inputs;
    const end = commandsOf(linesAt(figure)).find(({ start }) => start === first!.time)!.end;
    expect(others.map(({ what, time }) => [what, time])).toEqual([
      ['type', end],
      ['type', end],
    ]);
    expect(typedAt(figure).slice(-3)).toEqual(['ping -c 2 192.0.2.80', 'hostname', 'true']);
  });

  it('stops what would not end, after a minute, and says so', async () => {
    const figure = figureAt(200 * MS);
    const said = await enter(figure, 'laptop', ['ping 192.0.2.80']);
    expect(said?.text).toMatch(/Ctrl-C/);
    const [typed, stopped] = figure.$request.get().inputs;
    expect(stopped).toEqual({
      time: typed!.time + LONGEST,
      what: 'interrupt',
      detail: { machine: 'laptop' },
    });
    expect(screenOf(figure).join('\n')).toMatch(/\^C\n--- 192\.0\.2\.80 ping statistics ---\n60 packets/);
  });

  it('refuses what no keyboard types, and more than a run takes', async () => {
    const figure = figureAt(0);
    for (const line of ['a\u0007', 'a\u2028b', 'x'.repeat(401)])
      expect(await enter(figure, 'laptop', [line]), JSON.stringify(line)).toBeDefined();
    expect(await enter(figure, 'laptop', new Array(MAX_PASTE + 1).fill('true'))).toBeDefined();
    expect(figure.$request.get().inputs).toEqual([]);
    const inputs = Array.from({ length: MAX_INPUTS - 1 }, (_, i) => ({ time: i, what: 'type', detail: {} }));
    expect(problemWith(['true'], inputs.slice(1))).toBeUndefined();
    expect(problemWith(['true'], inputs)).toMatchObject({ isFull: true });
  });

  it('takes as many lines as a run has inputs, and starts over', async () => {
    const figure = figureAt(0);
    let said: Awaited<ReturnType<typeof enter>>;
    let entered = 0;
    while (!said && entered < 100) {
      said = await enter(figure, 'laptop', ['true']);
      if (!said) entered += 1;
    }
    expect(entered).toBe(MAX_INPUTS - 1);
    expect(said?.isFull).toBe(true);
    startOver(figure);
    await expect.poll(() => figure.$request.get().inputs).toEqual([]);
    await expect.poll(() => figure.$view.get().digest).toBe(sessionOf(request).view().digest);
  });

  it('is of no use on a machine that is off, and the screen says so', async () => {
    const off = { time: 10 * MS, what: 'off', detail: { machine: 'phone' } };
    const figure = figureAt(60 * MS, { ...request, inputs: [off] });
    await enter(figure, 'phone', ['hostname']);
    expect(screenOf(figure, 'phone')).toEqual(['maya@phone:~$ hostname', 'bash: phone is off']);
    expect(commandsOf(linesAt(figure, 'phone')).at(-1)).toMatchObject({
      start: 60 * MS,
      end: 60 * MS,
      status: '255',
    });
  });

  it('keeps faults when the typed lines go', async () => {
    const fault = { time: 5 * MS, what: 'cut', detail: { from: 'home-router', to: 'isp' } };
    const figure = figureAt(200 * MS, { ...request, inputs: [fault] });
    await enter(figure, 'laptop', ['ping -c 1 -W 1 192.0.2.80']);
    expect(screenOf(figure).join('\n')).toContain('100% packet loss');
    startOver(figure);
    await expect.poll(() => figure.$request.get().inputs).toEqual([fault]);
  });
});

describe('Ctrl-C', () => {
  it('stops the program that runs at the cursor', async () => {
    const figure = figureAt(200 * MS);
    await enter(figure, 'laptop', ['ping 192.0.2.80']);
    figure.seek(1500 * MS);
    expect(await interrupt(figure, 'laptop')).toBe(true);
    const { inputs } = figure.$request.get();
    expect(inputs.map(({ what, time }) => [what, time])).toEqual([
      ['type', 200 * MS],
      ['interrupt', 1500 * MS],
    ]);
    expect(screenOf(figure).join('\n')).toContain('2 packets transmitted, 2 received');
    expect(commandsOf(linesAt(figure)).at(-1)!.end).toBe(1500 * MS);
  });

  it('does nothing where nothing runs', async () => {
    const figure = figureAt(60 * MS);
    expect(await interrupt(figure, 'laptop')).toBe(false);
    expect(await interrupt(figure, 'phone')).toBe(false);
    expect(figure.$request.get().inputs).toEqual([]);
  });

  it('lets what was typed afterwards happen all the same', async () => {
    const figure = figureAt(200 * MS);
    await enter(figure, 'laptop', ['ping -c 3 192.0.2.80']);
    await enter(figure, 'laptop', ['hostname']);
    figure.seek(700 * MS);
    await interrupt(figure, 'laptop');
    expect(typedAt(figure).slice(-2)).toEqual(['ping -c 3 192.0.2.80', 'hostname']);
    expect(screenOf(figure).join('\n')).toContain('1 packets transmitted, 1 received');
    expect(screenOf(figure).at(-1)).toBe('laptop');
  });
});

describe('a link with typed lines', () => {
  it('gives the same run and the same screen', async () => {
    const figure = figureAt(0);
    await enter(figure, 'laptop', ['ping -c 1 192.0.2.80 && echo "it’s 100%, & so: on" # ok']);
    await enter(figure, 'home-router', ['ss -tun; true']);
    const found = readLink(figure.link());
    expect(found?.problems).toEqual([]);
    expect(found?.state.request).toEqual(figure.$request.get());
    const other = figureAt(0);
    other.follow(found!.state, found!.problems);
    await expect.poll(() => other.$view.get().digest).toBe(figure.$view.get().digest);
    expect(screenOf(other)).toEqual(screenOf(figure));
  });

  it('keeps any line that can be typed, to the last character', () => {
    const typable = fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text));
    fc.assert(
      fc.property(typable, (line) => {
        const input = { time: 5, what: 'type', detail: { machine: 'laptop', line } };
        const link = writeLink({ version: 1, request: { ...request, inputs: [input] } });
        expect(readLink(link)?.state.request.inputs).toEqual([input]);
      }),
    );
  });

  it('refuses control characters in a sentence, and takes the rest', () => {
    for (const bad of ['%1B[2J', '%00', '%0A', '%E2%80%A8', '%C2%9B']) {
      const found = readLink(
        `#rt=home-lan&v=1&do=5,type,machine:laptop,line:ls${bad}&do=6,type,machine:laptop,line:hostname`,
      );
      expect(found?.problems, bad).toHaveLength(1);
      expect(found?.problems[0]).toMatch(
        /^An input in this link holds characters that no keyboard types: “ls·/,
      );
      expect(found?.state.request.inputs.map(({ detail }) => detail['line'])).toEqual(['hostname']);
    }
  });
});

describe('Tab', () => {
  it('completes as far as the candidates agree', () => {
    expect(completed('pi', { from: 0, candidates: ['ping'] })).toEqual({ before: 'ping ', among: [] });
    expect(completed('ping cha', { from: 5, candidates: ['chaicart.example', 'chai.example'] })).toEqual({
      before: 'ping chai',
      among: ['chaicart.example', 'chai.example'],
    });
    expect(completed('x', { from: 0, candidates: [] })).toEqual({ before: 'x', among: [] });
  });

  it('knows the names of this network', async () => {
    const figure = figureAt(0);
    expect(await figure.complete('laptop', 'ping tele')).toEqual({ from: 5, candidates: ['television'] });
    const { candidates } = await figure.complete('home-router', 'ip addr show ');
    expect(candidates).toEqual(expect.arrayContaining(['lan', 'wan']));
  });
});

describe('a paste', () => {
  it('is lines, of which the last has no Enter yet', () => {
    expect(linesOf('one\r\ntwo\n\n  \nthree')).toEqual({ lines: ['one', 'two'], rest: 'three' });
    expect(linesOf('ip\troute\n')).toEqual({ lines: ['ip route'], rest: '' });
  });
});

describe('the history', () => {
  it('is of one person at one machine, without repetitions', () => {
    keepTyped('maya@laptop', 'ip a');
    keepTyped('maya@laptop', 'ip a');
    keepTyped('maya@laptop', ' ');
    keepTyped('maya@laptop', 'ss');
    expect(historyOf('maya@laptop', ['ping x', 'ss'])).toEqual(['ping x', 'ip a', 'ss']);
    expect(historyOf('root@home-router', [])).toEqual([]);
  });
});

describe('what is read aloud', () => {
  it('is the output, and how it ended', () => {
    const { lines } = consoleFrom(['typed', 'ping'], ['out', 'a'], ['out', '  b\n\nc\n'], ['exit', '1']);
    expect(spokenOf(lines)).toBe('a  b\nc\n\nExit status 1.'.replace('\n\n', '\n'));
    expect(spokenOf(consoleFrom(['typed', 'true'], ['exit', '0']).lines)).toBe('');
  });

  it('is cut at a line', () => {
    const text = Array.from({ length: 200 }, (_, i) => `line ${i}\n`).join('');
    const said = spokenOf(consoleFrom(['out', text]).lines);
    expect(said.length).toBeLessThan(1300);
    expect(said).toMatch(/line \d+\n\d+ more lines\.$/);
    const [last, more] = said
      .split('\n')
      .slice(-2)
      .map((one) => Number(/\d+/.exec(one)));
    expect(last! + 1 + more!).toBe(200);
  });
});

describe('playing through idle time', () => {
  const folds = [{ start: 100 * MS, end: 1100 * MS }];

  it('takes as long as it says, and a fold takes a moment', () => {
    expect(advance(folds, 0, 1000, 40 * MS)).toBe(40 * MS);
    expect(advance(folds, 0, 2500, 40 * MS)).toBe(100 * MS);
    expect(advance(folds, 0, 2500 + 300, 40 * MS)).toBeCloseTo(600 * MS, -3);
    expect(advance(folds, 0, 2500 + 600 + 1000, 40 * MS)).toBeCloseTo(1140 * MS, -3);
    expect(advance(folds, 500 * MS, 60, 10_000 * MS), 'never slower than asked').toBe(1100 * MS);
  });

  it('is the same in many small steps as in one', () => {
    const gap = fc.tuple(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 200, max: 5000 }));
    fc.assert(
      fc.property(fc.array(gap, { maxLength: 5 }), fc.integer({ min: 1, max: 9000 }), (gaps, elapsed) => {
        let at = 0;
        const folds = gaps.map(([before, length]) => {
          const start = at + before * MS;
          at = start + length * MS;
          return { start, end: at };
        });
        let time = 0;
        for (let i = 0; i < 50; i++) {
          const next = advance(folds, time, elapsed / 50, 40 * MS);
          expect(next).toBeGreaterThan(time);
          time = next;
        }
        const once = advance(folds, 0, elapsed, 40 * MS);
        expect(Math.abs(once - time)).toBeLessThan(1e-6 * once + 1);
      }),
    );
  });
});
