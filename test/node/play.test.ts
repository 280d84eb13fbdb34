// Programs of a project run on the machines of its scenario, and the same project gives the same run.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Session } from '../../src/engine/export/session.ts';
import { readProject } from '../../src/engine/node/project.ts';
import { type ProgramOutput, Programs } from '../../src/engine/scenario/programs.ts';
import { nodeRealm } from './in-node.ts';

const SERVER = `
  import net from 'node:net';
  const server = net.createServer((socket) => socket.end('hello\\n'));
  server.listen(8080, () => console.log('listening'));
  process.on('SIGTERM', () => server.close(() => console.log('closed')));
`;
const CLIENT = `
  import net from 'node:net';
  net.connect(8080, 'app-1.chaicart.example').on('data', (data) => console.log(String(data).trim()));
`;
const PROCESSES = [
  { name: 'server', on: 'app-1', run: 'server.js', service: true },
  { name: 'client', on: 'laptop', run: 'client.js', start: '10ms' },
];

function projectOf(files: Readonly<Record<string, string>>, roundtrip: object) {
  const described = { type: 'module', roundtrip: { scenario: 'workbench', ...roundtrip } };
  return readProject(new Map([['package.json', JSON.stringify(described)], ...Object.entries(files)]));
}

async function ran(files: Readonly<Record<string, string>>, roundtrip: object, seed?: number) {
  const realm = nodeRealm();
  const output: ProgramOutput[] = [];
  try {
    const programs = new Programs(projectOf(files, roundtrip), realm, {
      ...(seed !== undefined && { seed }),
      onOutput: (piece) => output.push(piece),
    });
    await programs.finish();
    return { programs, output, printed: output.map(({ program, text }) => `${program}: ${text}`).join('') };
  } finally {
    realm.end();
  }
}

test('a service is told to end when the others have ended', async () => {
  const { programs, printed } = await ran(
    { 'server.js': SERVER, 'client.js': CLIENT },
    { processes: PROCESSES },
  );
  expect(printed).toBe('server: listening\nclient: hello\nserver: closed\n');
  expect(programs.programs.map(({ process }) => process?.ended)).toEqual([0, 0]);
  expect(programs.end).toBe('ended');
});

test('one that does not end is killed after five seconds', async () => {
  const deaf = `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1000);`;
  const { programs, printed } = await ran({ 'server.js': deaf, 'client.js': '' }, { processes: PROCESSES });
  expect(printed).toBe('server: no\n');
  const [server, client] = programs.programs;
  expect(server?.process?.ended).toBe(137);
  expect(server!.ended! - client!.ended!).toBe(5e9);
});

test('a run ends at its time, and says who had not ended', async () => {
  const { programs } = await ran(
    { 'main.js': 'setInterval(() => {}, 1000);' },
    { until: '3s', processes: [{ name: 'main', on: 'laptop', run: 'main.js' }] },
  );
  expect(programs.end).toBe('until');
  expect(programs.cutShort).toBe('The run was cut at 3 s. main had not ended.');
});

test('equal projects give equal runs, and another seed another one', async () => {
  const files = {
    'server.js': SERVER,
    'client.js': `${CLIENT}\nconsole.log(Math.random(), Date.now(), new Error('x').stack);`,
  };
  const digest = async (seed?: number) => {
    const { programs, printed } = await ran(files, { processes: PROCESSES }, seed);
    return [programs.run.world.trace.digest, printed];
  };
  const first = await digest();
  expect(await digest()).toEqual(first);
  expect(await digest(2)).not.toEqual(first);
});

test('the story tells of programs, and why they print', async () => {
  const { programs } = await ran({ 'server.js': SERVER, 'client.js': CLIENT }, { processes: PROCESSES });
  const session = Session.of(programs.run);
  const story = session.view().moments.map(({ subject, text }) => `${subject} ${text}`);
  const own = story.filter((line) => /^(server|client) on /.test(line));
  expect(own).toEqual([
    'server on the first application server starts: node server.js',
    'server on the first application server prints “listening”',
    'client on Maya’s laptop starts: node client.js',
    'client on Maya’s laptop prints “hello”',
    'client on Maya’s laptop ends',
    'server on the first application server prints “closed”',
    'server on the first application server ends',
  ]);
  const hello = [...programs.run.world.trace.events(['program.output'])].find(
    ({ detail }) => detail?.['text'] === 'hello\n',
  )!;
  const why = session.why(hello.id).map(({ title }) => title);
  expect(why[0]).toBe('client on Maya’s laptop starts: node client.js');
  expect(why.slice(-3)).toEqual([
    'The first application server goes from LISTEN to SYN-RECEIVED',
    'Maya’s laptop goes from SYN-SENT to ESTABLISHED',
    'client on Maya’s laptop prints “hello”',
  ]);
});

test('a machine that is not there is said', async () => {
  const processes = [{ name: 'main', on: 'nowhere', run: 'main.js' }];
  await expect(ran({ 'main.js': '' }, { processes })).rejects.toThrow(/no machine is called nowhere/);
});

test('roundtrip play prints it from a terminal, with status 1 when a program failed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'play-'));
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const play = (...flags: string[]) =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [main, 'play', folder, ...flags], (error, out, err) => {
        resolve({ code: error ? Number(error.code) : 0, out, err });
      });
    });
  try {
    const processes = [{ name: 'main', on: 'laptop', run: 'main.ts' }];
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ type: 'module', roundtrip: { scenario: 'workbench', processes } }),
    );
    writeFileSync(
      join(folder, 'main.ts'),
      `const text: string = 'hi';\nsetTimeout(() => console.log(text), 5);\n`,
    );
    expect(await play()).toEqual({ code: 0, out: '           5 ms  main  hi\n', err: '' });
    expect((await play('--plain', '--transcript')).out).toContain('main on Maya’s laptop prints “hi”');
    writeFileSync(join(folder, 'main.ts'), `\n  throw new Error('lost');\n`);
    const failed = await play('--plain');
    expect(failed.code).toBe(1);
    expect(failed.err).toContain(
      "file:///app/main.ts:2\n  throw new Error('lost');\n        ^\n\nError: lost\n    at file:///app/main.ts:2:9\n",
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
