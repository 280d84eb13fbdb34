// The playground's desk without its drawing: links that carry code, the project as a file, edits that are kept, whose files
// are shown, and what a run says.
import fc from 'fast-check';
import { deflateSync, strToU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { zipOf } from '../../components/playground/carry.ts';
import { Desk, type DeskOptions } from '../../components/playground/desk.ts';
import {
  EditKeeper,
  keepSentence,
  keyOf,
  type Shelf,
  soundFiles,
} from '../../components/playground/kept-edits.ts';
import {
  filesFault,
  MAX_FILE_TEXT,
  type SourceFile,
  sameFiles,
} from '../../components/playground/project.ts';
import type { Outcome, RunHandlers, Runner } from '../../components/playground/runner.ts';
import { MAX_LINK, readShareLink, writeShareLink } from '../../components/playground/share-link.ts';
import { changed, files, project } from './playground-project.ts';

/** A text as a link packs it. */
const packed = (text: string): string =>
  Buffer.from(deflateSync(strToU8(text), { level: 9 })).toString('base64url');

describe('a link with code', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '\n', '\t', '"', '\\', '中', '𝄞'),
    maxLength: 60,
  });
  const name = fc.stringMatching(/^[a-z]{1,8}\.(js|ts)$/);

  it('carries any files: what is changed, what is new, what is gone', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(name, text), { selector: ([name]) => name, maxLength: 6 }),
        text,
        fc.boolean(),
        (more, own, isGone) => {
          const all: SourceFile[] = [
            { name: 'server.js', text: own },
            ...(isGone ? [] : [files[1]!]),
            files[2]!,
            ...more
              .filter(([name]) => !files.some((file) => file.name === name))
              .map(([name, text]) => ({ name, text })),
          ];
          const read = readShareLink(project, writeShareLink(project, all));
          expect(read).toMatchObject({ kind: 'read', isOld: false });
          if (read.kind === 'read') expect(sameFiles(read.files, all)).toBe(true);
        },
      ),
    );
  });

  it('says nothing of what is the course’s own, and is short', () => {
    expect(writeShareLink(project, changed).length).toBeLessThan(120);
    expect(writeShareLink(project, changed)).toMatch(/^#code=tiny\.[\da-f]{8}\.[\w-]+$/);
  });

  it('says when the course has changed since', () => {
    const later = { ...project, version: '00000000' };
    expect(readShareLink(later, writeShareLink(project, changed))).toMatchObject({
      kind: 'read',
      isOld: true,
    });
  });

  const refusal = (fragment: string, of = project): string => {
    const read = readShareLink(of, fragment);
    expect(read.kind, fragment.slice(0, 80)).toBe('refused');
    return read.kind === 'refused' ? read.sentence : '';
  };
  const made = (content: unknown): string => {
    // as a stranger would: any value in the form of a link
    const link = writeShareLink({ ...project, files: [] }, [{ name: 'x', text: '' }]);
    return link.replace(/[^.]+$/, packed(JSON.stringify(content)));
  };

  it('is refused in a sentence when it is long, damaged, for another one, or holds what no project has', () => {
    expect(refusal(`#code=tiny.${project.version}.${'A'.repeat(MAX_LINK)}`)).toContain('longer than 8 kB');
    expect(refusal('#code=tiny')).toContain('not well written');
    expect(refusal(`#code=tiny.${project.version}.AAAA`)).toContain('damaged');
    expect(refusal(writeShareLink({ ...project, name: 'other' }, changed))).toContain(
      'another playground, other',
    );
    for (const hostile of [
      null,
      {},
      'text',
      [['a']].concat(Array(70).fill(['a', ''])),
      [[1, 2]],
      [['a', 'b', 'c']],
      [{ name: 'a', text: 'b' }],
      [['../../etc/passwd', 'x']],
      [['a.js', '\u0000']],
      [['server.js'], ['client.js'], ['package.json']],
      [['a.js', 'x'.repeat(MAX_FILE_TEXT + 1)]],
    ])
      expect(refusal(made(hostile)), JSON.stringify(hostile).slice(0, 40)).toMatch(
        /^The code in this link was not read: .*own\.$/,
      );
  });

  it('does not unfold without end', () => {
    const bomb = packed('a'.repeat(5_000_000));
    expect(bomb.length).toBeLessThan(MAX_LINK);
    expect(refusal(`#code=tiny.${project.version}.${bomb}`)).toContain('more than a project may hold');
  });

  it('is read or refused, and never anything else, however it was damaged', () => {
    const link = writeShareLink(project, changed);
    const letters = 'ABCabc019-_.#=%';
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(link.length), fc.nat(letters.length - 1)), { minLength: 1, maxLength: 6 }),
        (edits) => {
          let damaged = link;
          for (const [at, letter] of edits)
            damaged = damaged.slice(0, at) + letters[letter] + damaged.slice(at + 1);
          const read = readShareLink(project, damaged);
          if (read.kind === 'read') expect(filesFault(read.files)).toBeUndefined();
          else expect(read.sentence).toMatch(/\.$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the project as a file', () => {
  it('holds its files in a folder, and is the same bytes for the same files', () => {
    const zip = zipOf(project, changed);
    expect(zipOf(project, changed)).toEqual(zip);
    const inside = unzipSync(zip);
    expect(Object.keys(inside)).toEqual(['tiny/server.js', 'tiny/client.js', 'tiny/package.json']);
    expect(new TextDecoder().decode(inside['tiny/client.js'])).toBe('// nothing\n');
  });
});

// ── what is kept ──

function memory(room = Number.POSITIVE_INFINITY): {
  readonly shelf: Shelf;
  readonly held: Map<string, string>;
} {
  const held = new Map<string, string>();
  return {
    held,
    shelf: () => ({
      getItem: (key) => held.get(key) ?? null,
      setItem: (key, value) => {
        if (value.length > room) throw Object.assign(new Error('no room'), { name: 'QuotaExceededError' });
        held.set(key, value);
      },
      removeItem: (key) => void held.delete(key),
    }),
  };
}
const blocked: Shelf = () => {
  throw Object.assign(new Error('denied'), { name: 'SecurityError' });
};

describe('edits', () => {
  it('come back as they were kept', () => {
    const { shelf } = memory();
    const keeper = new EditKeeper('tiny', shelf);
    expect(keeper.read()).toBeUndefined();
    expect(keeper.keep({ version: project.version, files: changed })).toBeUndefined();
    expect(new EditKeeper('tiny', shelf).read()).toEqual({ version: project.version, files: changed });
    keeper.forget();
    expect(new EditKeeper('tiny', shelf).read()).toBeUndefined();
  });

  it('that cannot be kept say why, and nothing throws', () => {
    expect(new EditKeeper('tiny', memory(10).shelf).keep({ version: project.version, files: changed })).toBe(
      'full',
    );
    const keeper = new EditKeeper('tiny', blocked);
    expect(keeper.read()).toBeUndefined();
    expect(keeper.keep({ version: project.version, files: changed })).toBe('blocked');
    keeper.forget();
    for (const fault of ['full', 'blocked', 'other'] as const) expect(keepSentence(fault)).toMatch(/\.$/);
  });

  it('are read like anything from outside', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '{"form":1}',
      '{"form":2,"version":"00000000","files":[]}',
      '{"form":1,"version":"x","files":[{"name":"a","text":""}]}',
      '{"form":1,"version":"00000000","files":[{"name":"../a","text":""}]}',
      '{"form":1,"version":"00000000","files":{"length":1,"0":{}}}',
      `{"form":1,"version":"00000000","files":[${'{"name":"a","text":""},'.repeat(2000)}{}]}`,
    ]) {
      const { shelf, held } = memory();
      held.set(keyOf('tiny'), text);
      expect(new EditKeeper('tiny', shelf).read(), text.slice(0, 60)).toBeUndefined();
    }
    fc.assert(fc.property(fc.jsonValue(), (value) => void soundFiles(value)));
  });

  it('of another tab are not written over', () => {
    const { shelf } = memory();
    const [one, two] = [new EditKeeper('tiny', shelf), new EditKeeper('tiny', shelf)];
    one.read();
    two.read();
    expect(one.keep({ version: project.version, files: changed })).toBeUndefined();
    expect(two.keep({ version: project.version, files })).toBe('other');
    expect(one.read()!.files).toEqual(changed);
    expect(two.keep({ version: project.version, files }, true)).toBeUndefined();
  });
});

// ── the desk ──

const done: Outcome = { programs: [{ name: 'server', code: 0, time: 5 }], end: 5, packets: 0 };

/** A runner that prints one line and ends when it is told to. */
function hand() {
  const ran: (readonly SourceFile[])[] = [];
  const ends: ((outcome: Outcome) => void)[] = [];
  const heard: RunHandlers[] = [];
  const runner: Runner = {
    run: (files, handlers) => {
      ran.push(files);
      heard.push(handlers);
      handlers.onProgress({ phase: 'running', time: 1 });
      handlers.onOutput({ program: 'server', stream: 'stdout', text: 'listening\n', time: 2 });
      return new Promise((resolve) => ends.push(resolve));
    },
    stop: () => ends.at(-1)!({ ...done, cut: 'You stopped it.' }),
  };
  return { runner, ran, ends, heard };
}
const turn = () => new Promise((resolve) => setTimeout(resolve, 0));
const deskWith = (options: Partial<DeskOptions> = {}) =>
  new Desk({ project, shelf: memory().shelf, runner: async () => hand().runner, ...options });

describe('the desk', () => {
  it('keeps what is changed, knows when nothing is any more, and brings back what was reset', () => {
    const { shelf, held } = memory();
    const desk = deskWith({ shelf });
    desk.edit('client.js', '// nothing\n');
    expect([desk.$origin.get(), held.size]).toEqual(['own', 1]);
    const next = deskWith({ shelf });
    next.remember();
    expect(sameFiles(next.$files.get(), changed)).toBe(true);
    next.reset();
    expect([next.$origin.get(), held.size, next.$files.get()]).toEqual(['course', 0, files]);
    next.bringBack();
    expect([next.$origin.get(), held.size]).toEqual(['own', 1]);
    next.edit('client.js', files[1]!.text);
    expect([next.$origin.get(), held.size, next.$putAway.get()]).toEqual(['course', 0, undefined]);
  });

  it('asks when the course has changed its project since; either choice holds', () => {
    const { shelf, held } = memory();
    deskWith({ shelf }).edit('client.js', '// mine\n');
    const newer = { ...project, version: 'ffffffff' };
    const desk = deskWith({ shelf, project: newer });
    desk.remember();
    expect(desk.$choice.get()?.kind).toBe('course-changed');
    expect(desk.$files.get()[1]!.text).toBe('// mine\n');
    desk.keepMine();
    expect(desk.$choice.get()).toBeUndefined();
    expect(held.get(keyOf('tiny'))).toContain('ffffffff');
    const again = deskWith({ shelf, project });
    again.remember();
    again.takeTheirs();
    expect([again.$files.get(), held.size]).toEqual([files, 0]);
    again.bringBack();
    expect(again.$files.get()[1]!.text).toBe('// mine\n');
  });

  it('takes what another tab wrote when nothing is at stake, and asks when something is', () => {
    const { shelf } = memory();
    const [one, two] = [deskWith({ shelf }), deskWith({ shelf })];
    one.edit('client.js', '// one\n');
    two.hear();
    expect(two.$files.get()[1]!.text).toBe('// one\n');
    two.edit('client.js', '// two\n');
    one.edit('client.js', '// one again\n');
    expect(one.$choice.get()?.kind).toBe('other-tab');
    expect(one.$files.get()[1]!.text).toBe('// one again\n');
    one.takeTheirs();
    expect(one.$files.get()[1]!.text).toBe('// two\n');
    two.edit('client.js', '// three\n');
    one.hear();
    expect([one.$files.get()[1]!.text, one.$choice.get()]).toEqual(['// three\n', undefined]);
    two.reset();
    one.hear();
    expect([one.$files.get(), one.$origin.get()]).toEqual([files, 'course']);
  });

  it('asks when its own could not be kept, and either choice holds', () => {
    const held = memory();
    let isFull = true;
    const room: Shelf = () => ({
      ...held.shelf(),
      setItem: (key, value) => {
        if (isFull) throw Object.assign(new Error(), { name: 'QuotaExceededError' });
        held.shelf().setItem(key, value);
      },
    });
    const desk = deskWith({ shelf: room });
    desk.edit('client.js', '// mine\n');
    expect(desk.$memory.get()).toContain('no room');
    deskWith({ shelf: held.shelf }).edit('client.js', '// theirs\n');
    desk.hear();
    expect([desk.$choice.get()?.kind, desk.$files.get()[1]!.text]).toEqual(['other-tab', '// mine\n']);
    isFull = false;
    desk.keepMine();
    expect([desk.$choice.get(), desk.$memory.get()]).toEqual([undefined, '']);
    expect(held.held.get(keyOf('tiny'))).toContain('mine');
  });

  it('shows shared code without running it and without writing over what the reader has', async () => {
    const { shelf, held } = memory();
    const { runner, ran } = hand();
    deskWith({ shelf }).edit('server.js', '// mine\n');
    const before = held.get(keyOf('tiny'));
    const desk = deskWith({ shelf, runner: async () => runner });
    desk.remember();
    await desk.follow(writeShareLink(project, changed));
    expect([desk.$origin.get(), sameFiles(desk.$files.get(), changed)]).toEqual(['shared', true]);
    await turn();
    expect(ran).toEqual([]);
    desk.edit('client.js', '// changed\n');
    expect([desk.$origin.get(), held.get(keyOf('tiny'))]).toEqual(['shared', before]);
    desk.reset();
    expect([desk.$origin.get(), desk.$files.get()[0]!.text]).toEqual(['own', '// mine\n']);
    await desk.follow(writeShareLink(project, changed));
    desk.adopt();
    expect([desk.$origin.get(), held.get(keyOf('tiny')) === before]).toEqual(['own', false]);
  });

  it('says why a link is not read, and shows the course’s files', async () => {
    const desk = deskWith();
    await desk.follow('#code=tiny.00000000.AAAA');
    expect(desk.$notice.get()).toContain('was not read');
    expect([desk.$origin.get(), desk.$files.get()]).toEqual(['course', files]);
    const lost = deskWith({ reader: () => Promise.reject(new Error('offline')) });
    await lost.follow('#code=tiny.00000000.AAAA');
    expect(lost.$notice.get()).toContain('could not be loaded');
  });

  it('adds files of the reader’s own and takes only those away', () => {
    const desk = deskWith();
    expect(desk.add('server.js')).toContain('already');
    expect(desk.add('../x')).toMatch(/\.$/);
    expect(desk.add('lib/x.js')).toBeUndefined();
    expect(desk.$open.get()).toBe('lib/x.js');
    desk.remove('server.js');
    expect(desk.$files.get().length).toBe(4);
    desk.remove('lib/x.js');
    expect([desk.$files.get(), desk.$open.get(), desk.$origin.get()]).toEqual([files, 'server.js', 'course']);
  });

  it('runs the files as they are, shows what comes, and knows when it is old', async () => {
    const { runner, ran, ends } = hand();
    const desk = deskWith({ runner: async () => runner });
    desk.edit('client.js', '// nothing\n');
    void desk.run();
    expect(desk.$run.get().phase).toBe('starting');
    await turn();
    expect(sameFiles(ran[0]!, changed)).toBe(true);
    expect(desk.$run.get()).toMatchObject({ phase: 'running', time: 1 });
    expect(desk.$run.get().output.lines.map(({ text }) => text)).toEqual(['listening']);
    ends[0]!(done);
    await turn();
    expect(desk.$run.get()).toMatchObject({ phase: 'ended', outcome: done, isOld: false });
    desk.edit('client.js', '// other\n');
    expect(desk.$run.get().isOld).toBe(true);
  });

  it('stops; a second run hears nothing of the first', async () => {
    const { runner, heard } = hand();
    const desk = deskWith({ runner: async () => runner });
    void desk.run();
    await turn();
    void desk.run();
    await turn();
    heard[0]!.onOutput({ program: 'server', stream: 'stdout', text: 'late\n', time: 9 });
    heard[0]!.onProgress({ phase: 'running', time: 99 });
    await turn();
    expect(desk.$run.get().output.lines.length).toBe(1);
    expect(desk.$run.get().time).toBe(1);
    desk.stop();
    await turn();
    expect(desk.$run.get()).toMatchObject({ phase: 'ended', outcome: { cut: 'You stopped it.' } });
  });

  it('that is stopped before the simulator is there has run nothing', async () => {
    const { runner, ran } = hand();
    let come = (_: Runner) => {};
    const desk = deskWith({ runner: () => new Promise((resolve) => (come = resolve)) });
    void desk.run();
    desk.stop();
    come(runner);
    await turn();
    expect([desk.$run.get().phase, ran.length]).toEqual(['none', 0]);
  });

  it('says when the simulator cannot be loaded, and the next press tries again', async () => {
    const { runner } = hand();
    let isThere = false;
    const desk = deskWith({
      runner: () => (isThere ? Promise.resolve(runner) : Promise.reject(new Error())),
    });
    await desk.run();
    expect(desk.$run.get().outcome?.fault).toContain('could not be loaded');
    isThere = true;
    void desk.run();
    await turn();
    expect(desk.$run.get().phase).toBe('running');
  });
});
