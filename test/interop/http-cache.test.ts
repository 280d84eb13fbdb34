// The public suite for HTTP caches (npm `http-cache-tests`): its server and its runner, unmodified, on real Node and in
// the simulation, the client straight to the server. There is no cache between them, so most of what a cache would do
// fails, on both; the verdict of each test and its reason must be the same.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SUITE = 'http-cache-tests@0.4.5';
const INTEGRITY =
  'sha512-DjuwN9nUZXLTW+wav1LRESCZNVxl8SshwOy4z1pxuWbWt5/ay6sM9QQ1lebBaDO6P1IMBoK6mdf+PuVP/QNL8A==';
const TESTS = 350;

/** What the suite's own command line does, with the fetch of the platform and without its printer. */
const RUN = `
import { getResults, runTests } from './client/runner.mjs';
import tests from './tests/index.mjs';
import surrogate from './tests/surrogate-control.mjs';

await runTests([...tests, surrogate], fetch, false, process.env.BASE);
console.log(JSON.stringify(getResults()));
`;

const settings = (port: number) => ({
  npm_package_config_protocol: 'http',
  npm_package_config_port: String(port),
  npm_package_config_pidfile: 'server.pid',
});

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roundtrip-cache-'));
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--silent', SUITE], { cwd: folder, encoding: 'utf8' }),
  ) as [{ filename: string; integrity: string }];
  expect(packed.integrity).toBe(INTEGRITY);
  execFileSync('tar', ['xzf', packed.filename], { cwd: folder });
  writeFileSync(join(folder, 'package/run.mjs'), RUN);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Results = Record<string, true | [kind: string, why: string]>;

/** Tokens differ from run to run, and so do times. */
function masked(results: Results): Results {
  const text = JSON.stringify(results)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<token>')
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, '<time>');
  return JSON.parse(text) as Results;
}

async function onNode(): Promise<Results> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  const cwd = join(folder, 'package');
  const server = spawn(process.execPath, ['server/server.mjs'], {
    cwd,
    env: { ...process.env, ...settings(port) },
  });
  try {
    await once(server.stdout, 'data');
    const client = spawn(process.execPath, ['run.mjs'], {
      cwd,
      env: { ...process.env, BASE: `http://127.0.0.1:${port}` },
    });
    return JSON.parse(await text(client.stdout)) as Results;
  } finally {
    server.kill();
  }
}

/** The same files as a project of two programs, on two machines. */
async function simulated(): Promise<Results> {
  const project = join(folder, 'project');
  for (const part of ['client', 'server', 'lib', 'tests', 'run.mjs'])
    cpSync(join(folder, 'package', part), join(project, part), {
      recursive: true,
      // templates and icons of its pages
      filter: (path) => !path.endsWith('.liquid') && !path.includes('/lib/tpl'),
    });
  const own = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')) as object;
  const roundtrip = {
    title: 'The public suite for HTTP caches',
    summary: 'Its server and its runner.',
    scenario: 'workbench',
    until: '600s',
    open: 'run.mjs',
    processes: [
      { name: 'server', on: 'app-1', run: 'server/server.mjs', env: settings(8000), service: true },
      {
        name: 'runner',
        on: 'app-2',
        run: 'run.mjs',
        env: { BASE: 'http://app-1.chaicart.example:8000' },
        start: '200ms',
      },
    ],
  };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ ...own, roundtrip }));
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const run = spawn(process.execPath, [main, 'play', project, '--plain']);
  const [out, complaints] = await Promise.all([text(run.stdout), text(run.stderr)]);
  const line = out.split('\n').find((one) => one.includes('{"'));
  expect(line, `${out.slice(0, 2000)}\n${complaints.slice(0, 2000)}`).toBeDefined();
  return JSON.parse(line!.slice(line!.indexOf('{'))) as Results;
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const piece of stream) all += String(piece);
  return all;
}

test('each test of the suite ends here as it does on Node', { timeout: 300_000 }, async () => {
  const [real, ours] = await Promise.all([onNode(), simulated()]);
  expect(Object.keys(real).length).toBe(TESTS);
  expect(masked(ours)).toEqual(masked(real));
  const passed = Object.values(ours).filter((verdict) => verdict === true).length;
  console.log(`${passed} of ${TESTS} pass without a cache, on both`);
});
