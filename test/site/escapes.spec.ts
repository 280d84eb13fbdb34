// Hostile programs in the built sandbox: none reaches the page, its storage or the network, and the page answers after
// each. The programs lie in escapes/, each with what it tries in its first line; what they got hold of they print.
import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, type Page, test } from '@playwright/test';
import { readProject } from '../../src/engine/node/project.ts';
import { Programs } from '../../src/engine/scenario/programs.ts';
import { nodeRealm } from '../node/in-node.ts';
import { type Bundled, bundlePage } from './bundle.ts';
import { port } from './dist.ts';
import type { Harness, Trial } from './escape-harness.ts';

const folder = new URL('./escapes/', import.meta.url);
const programs = readdirSync(folder).map((name) => name.replace(/\.js$/, ''));

declare const harness: Harness;

/** Something that listens where no program may come: counts whoever does, by TCP or UDP. */
async function canary() {
  let heard = 0;
  const server = createServer((socket) => {
    heard += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address() as { port: number };
  const udp = createSocket('udp4', () => {
    heard += 1;
  });
  await new Promise<void>((done) => udp.bind(address.port, '127.0.0.1', done));
  return {
    at: `127.0.0.1:${address.port}`,
    heard: () => heard,
    end: () => {
      server.close();
      udp.close();
    },
  };
}

let bundled: Bundled;
let bird: Awaited<ReturnType<typeof canary>>;

test.beforeAll(async () => {
  bird = await canary();
  bundled = await bundlePage(
    new URL('./escape-harness.ts', import.meta.url),
    'Escapes',
    `http://localhost:${port}`,
  );
});
test.afterAll(() => bird.end());

test.beforeEach(async ({ page, context }) => {
  await bundled.serve(context);
  await page.goto(bundled.origin);
});

const project = (source: string): Record<string, string> => ({
  'package.json': JSON.stringify({
    name: 'escape',
    roundtrip: {
      title: 'Escape',
      scenario: 'workbench',
      processes: [{ name: 'main', on: 'laptop', run: 'main.js', env: { CANARY: bird.at } }],
    },
  }),
  'main.js': source,
});

const run = (page: Page, source: string, stopAfterMs?: number): Promise<Trial> =>
  page.evaluate(([files, ms]) => harness.run(files, ms), [project(source), stopAfterMs] as const);

const HARMLESS = "setTimeout(() => console.log('harmless'), 5);";

/** Runs each program, and a harmless one after it. */
async function tryAll(page: Page, names: readonly string[], stopAfterMs: number): Promise<void> {
  const before = await page.evaluate(() => harness.state());
  for (const name of names) {
    const { text, outcome, stopMs } = await run(
      page,
      readFileSync(new URL(`${name}.js`, folder), 'utf8'),
      stopAfterMs,
    );
    expect.soft(text.match(/^.*ESCAPED.*$/m)?.[0], name).toBeUndefined();
    expect.soft(JSON.stringify(outcome.cut ?? ''), name).not.toContain('ESCAPED');
    // a tenth of a second is promised; a machine that stands still for a while is no fault of the page
    if (stopMs !== undefined) expect.soft(stopMs, `${name} after Stop`).toBeLessThan(1500);
    expect.soft(await page.evaluate(() => harness.state()), name).toEqual(before);
    const after = await run(page, HARMLESS);
    expect
      .soft(after.text, `after ${name}: ${after.outcome.cut ?? ''} ${after.outcome.fault ?? ''}`)
      .toBe('harmless\n');
  }
  expect(bird.heard(), 'what came to the canary').toBe(0);
  expect(page.url()).toBe(bundled.origin);
}

const named = (start: string): string[] => programs.filter((name) => name.startsWith(`${start}-`));

test('there are enough of them', () => {
  expect(programs.length).toBeGreaterThanOrEqual(60);
  expect(['language', 'network', 'reach', 'exhaust'].flatMap(named).length).toBe(programs.length);
});

for (const what of ['language', 'network', 'reach'] as const) {
  test(`programs that try ${what} get nowhere`, async ({ page }) => {
    test.setTimeout(240_000);
    await tryAll(page, named(what), 1000);
  });
}

const THIRDS = [0, 1, 2] as const;
for (const third of THIRDS) {
  test(`programs that exhaust are stopped, ${third + 1} of ${THIRDS.length}`, async ({ page }) => {
    test.setTimeout(240_000);
    await tryAll(
      page,
      named('exhaust').filter((_, i) => i % THIRDS.length === third),
      250,
    );
  });
}

test('the canary hears who comes', async () => {
  const other = await canary();
  await fetch(`http://${other.at}/`).catch(() => undefined);
  expect(other.heard()).toBeGreaterThan(0);
  other.end();
});

test('who never lets go is stopped by itself, and who takes too long', async ({ page }) => {
  test.setTimeout(120_000);
  for (const source of ['for (;;);', '(function f() { Promise.resolve().then(f); })();']) {
    const { outcome } = await run(page, source);
    expect(outcome.cut).toContain('did not let go for three seconds');
    expect((await run(page, HARMLESS)).text).toBe('harmless\n');
  }
  const { outcome } = await run(
    page,
    'function work() { let n = 0; for (let i = 0; i < 1e8; i++) n += i; setTimeout(work, 1); }\nwork();',
  );
  expect(outcome.cut).toContain('seconds of real time');
  // one worker for the next run, and no other
  await expect.poll(() => page.workers().length, { timeout: 15_000 }).toBeLessThanOrEqual(1);
});

test('rejections come in the order of Node, after all ticks and promises', async ({ page }) => {
  const source = `
    process.on('unhandledRejection', (reason) => console.log('unhandled', reason));
    process.on('exit', () => console.log('exit'));
    Promise.reject('a');
    const kept = Promise.reject('b');
    process.nextTick(() => { console.log('tick'); Promise.reject('c'); });
    Promise.resolve().then(() => { console.log('promise'); kept.catch(() => console.log('caught b')); });
    setTimeout(() => { Promise.reject('d'); Promise.reject('e'); console.log('timer'); }, 30);
    setImmediate(() => console.log('immediate'));
    (async () => { throw 'f'; })();
  `;
  const { execFileSync } = await import('node:child_process');
  const real = execFileSync(process.execPath, ['-e', source], { encoding: 'utf8' });
  expect((await run(page, source)).text).toBe(real);
});

test('a run that comes out can be asked, and one that was forged cannot', async ({ page }) => {
  const trial = await run(
    page,
    "const dns = require('node:dns');\ndns.lookup('shop.chaicart.example', (error, address) => console.log(error ?? address));",
  );
  expect(trial.text).toBe('192.0.2.80\n');
  const asked = await page.evaluate((outcome) => harness.ask(outcome), trial.outcome);
  expect(asked).toBe(`view ${trial.outcome.request!.playground!.digest} true true true true`);
  const twice = await page.evaluate((outcome) => harness.ask(outcome), trial.outcome);
  expect(twice).toBe(asked);
  const forged = structuredClone(trial.outcome) as { request: { playground: { digest: string } } };
  forged.request.playground.digest = '0123456789abcdef';
  const refused = await page.evaluate(
    (outcome) => harness.ask(outcome),
    forged as unknown as Trial['outcome'],
  );
  expect(refused).toContain('refused: This run is no longer here');
});

test('a project runs in the sandbox to the same last byte as here', async ({ page }) => {
  const files = {
    'package.json': JSON.stringify({
      roundtrip: {
        scenario: 'workbench',
        set: { loss: '5%' },
        seed: 7,
        processes: [
          { name: 'server', on: 'app-1', run: 'server.js', service: true },
          { name: 'client', on: 'laptop', run: 'client.js', start: '100ms' },
        ],
      },
    }),
    'server.js': `require('node:net').createServer((socket) => socket.pipe(socket)).listen(7000, () => console.log('listening'));`,
    'client.js': `
      const socket = require('node:net').connect(7000, 'app-1.chaicart.example', () => socket.end('x'.repeat(20_000)));
      let n = 0;
      socket.on('data', (chunk) => { n += chunk.length; console.log(chunk.length, new Date().toISOString(), Math.random()); });
      socket.on('close', () => { console.log('all', n); throw new Error('nobody takes it'); });`,
  };
  const realm = nodeRealm();
  let printed = '';
  const programs = new Programs(readProject(new Map(Object.entries(files))), realm, {
    onOutput: ({ text }) => {
      printed += text;
    },
  });
  await programs.finish();
  realm.end();
  const { text, outcome } = await page.evaluate((it) => harness.run(it), files);
  const plain = (said: string): string => said.replace(/\n +at .*/g, '');
  expect(printed).toContain('all 20000');
  expect(plain(text)).toBe(plain(printed));
  expect(outcome.programs.map(({ name, code }) => [name, code])).toEqual(
    programs.programs.map(({ spec, process }) => [spec.name, process?.ended]),
  );
  expect(outcome.request?.playground?.digest).toBe(programs.run.world.trace.digest);
});

test('the sandbox runs nothing as a page of its own', async ({ page }) => {
  await page.goto('/sandbox/');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('The room where programs run');
  await expect(page.getByRole('link')).toHaveAttribute('href', '../');
  expect(page.workers()).toEqual([]);
});

// ── a frame that has been taken over: whatever it says, the page stands

const DONE = `{ programs: [], end: 5, packets: 1, run: { spec: { scenario: 'workbench', set: {}, seed: 1, inputs: [] }, until: 9, end: 'idle', digest: '0123456789abcdef', parcel: PARCEL } }`;
const done = (parcel: string): string =>
  `port.postMessage({ kind: 'done', done: ${DONE.replace('PARCEL', parcel)} })`;

/** What it does with its port once it is asked to run; what the outcome says; what the engine says of the run. */
const FORGERIES: readonly (readonly [code: string, cut: RegExp, asked?: RegExp])[] = [
  ["port.postMessage({ kind: 'else' })", /never says/],
  ['port.postMessage(undefined)', /never says/],
  ["port.postMessage('x'.repeat(1e7))", /never says/],
  ["port.postMessage({ kind: 'alive', time: NaN })", /never says/],
  ["port.postMessage({ kind: 'alive', time: -1 })", /never says/],
  [
    "port.postMessage({ kind: 'output', output: [{ program: 'a', stream: 'stdout', text: 'x'.repeat(5e7), time: 0 }] })",
    /never says/,
  ],
  [
    "port.postMessage({ kind: 'output', output: Array(1e6).fill({ program: 'a', stream: 'stdout', text: '', time: 0 }) })",
    /never says/,
  ],
  [
    "port.postMessage({ kind: 'output', output: [{ program: {}, stream: 'stdout', text: '', time: 0 }] })",
    /never says/,
  ],
  ["port.postMessage({ kind: 'output', output: { length: 5 } })", /never says/],
  [
    "for (let i = 0; i < 1e5; i++) port.postMessage({ kind: 'alive', time: i })",
    /more than anybody would read/,
  ],
  [
    "for (let i = 0; i < 700; i++) port.postMessage({ kind: 'output', output: [{ program: 'a', stream: 'stdout', text: 'x'.repeat(1e5), time: 0 }] })",
    /more than anybody would read/,
  ],
  ["port.postMessage({ kind: 'broken', why: 'x'.repeat(1e6) })", /never says/],
  ["port.postMessage({ kind: 'done', done: {} })", /never says/],
  [
    `port.postMessage({ kind: 'done', done: { ...${DONE.replace('PARCEL', '1')}, end: 1e300 } })`,
    /never says/,
  ],
  [
    `port.postMessage({ kind: 'done', done: ${DONE.replace('PARCEL', '1').replace("'0123456789abcdef'", "'../../x'")} })`,
    /never says/,
  ],
  [
    `port.postMessage({ kind: 'done', done: ${DONE.replace('PARCEL', '1').replace('set: {}', 'set: Object.fromEntries(Array.from({ length: 99 }, (_, i) => [i, "x"]))')} })`,
    /never says/,
  ],
  [done('null'), /^$/, /refused: a trace: not there/],
  [done('(() => { const it = {}; it.self = it; return it; })()'), /^$/, /refused: the trace does not say/],
  [done('{ length: 1e9 }'), /^$/, /refused: the trace has more than/],
  [
    done(
      '{ length: 0, kinds: [], nodes: [], texts: [], textsAt: new Int32Array(0), chunks: [], frames: { slabs: [], place: new Int32Array(0), size: new Uint16Array(0), stored: new Uint16Array(0), origin: new Int32Array(0) }, details: { event: new Int32Array(0), shape: new Int32Array(0), shapes: [], tag: new Uint8Array(0), value: new Float64Array(0), words: [] }, skips: new Int32Array(0), digest: "0123456789abcdef" }',
    ),
    /^$/,
    /refused: the fingerprint/,
  ],
  [done('{ length: 1, kinds: Array(1e6).fill("x") }'), /^$/, /refused: the trace has more than/],
  [
    DONE.replace('PARCEL', '1')
      .replace("'workbench'", "'no-such-world'")
      .replace(/^/, "port.postMessage({ kind: 'done', done: ") + ' })',
    /^$/,
    /refused/,
  ],
  [
    'try { top.location = "http://CANARY/top"; } catch {} try { parent.location.href = "http://CANARY/parent"; } catch {} port.postMessage(0)',
    /never says/,
  ],
  [
    'try { open("http://CANARY/open"); } catch {} try { alert(1); } catch {} try { parent.document.title = "escaped"; } catch {} port.postMessage(0)',
    /never says/,
  ],
  [
    'try { localStorage.escaped = 1; } catch {} try { document.cookie = "escaped=1"; } catch {} try { parent.localStorage.escaped = 1; } catch {} port.postMessage(0)',
    /never says/,
  ],
  [
    'parent.postMessage("roundtrip-sandbox", "*"); parent.postMessage({ kind: "done", done: {} }, "*"); port.postMessage(0)',
    /never says/,
  ],
  [
    'const a = document.createElement("a"); a.href = "data:,x"; a.download = "x"; a.target = "_top"; a.click(); port.postMessage(0)',
    /never says/,
  ],
];

test('whatever a sandbox says that is not ours, the page stands', async ({ page, context }) => {
  test.setTimeout(120_000);
  const before = await page.evaluate(() => harness.state());
  for (const [code, cut, asked] of FORGERIES) {
    const script = code.replaceAll('CANARY', bird.at);
    const hostile = `<!doctype html><script>addEventListener('message', ({ ports: [port] }) => { if (!port) return; port.onmessage = () => { ${script} }; port.postMessage({ kind: 'ready' }); }); parent.postMessage('roundtrip-sandbox', '*');</script>`;
    await context.route('**/sandbox/', (route) => route.fulfill({ contentType: 'text/html', body: hostile }));
    await page.goto(bundled.origin);
    const { outcome } = await run(page, '');
    expect.soft(outcome.cut ?? '', code).toMatch(cut);
    if (asked) expect.soft(await page.evaluate((it) => harness.ask(it), outcome), code).toMatch(asked);
    expect.soft(await page.evaluate(() => harness.state()), code).toEqual(before);
  }
  expect(bird.heard()).toBe(0);
  expect(context.pages().length).toBe(1);
  await context.unroute('**/sandbox/');
  await page.goto(bundled.origin);
  expect((await run(page, HARMLESS)).text).toBe('harmless\n');
});

test('a sandbox that is silent is given up', async ({ page, context }) => {
  const silent = `<!doctype html><script>addEventListener('message', ({ ports: [port] }) => port?.postMessage({ kind: 'ready' })); parent.postMessage('roundtrip-sandbox', '*');</script>`;
  await context.route('**/sandbox/', (route) => route.fulfill({ contentType: 'text/html', body: silent }));
  await page.goto(bundled.origin);
  expect((await run(page, '')).outcome.cut).toContain('did not let go');
});

test('from Run to the first output is far less than a second', async ({ page }) => {
  await page.evaluate(() => harness.prepare());
  await page.waitForTimeout(1000);
  const { firstMs } = await run(page, "console.log('here');");
  // ten times what is promised
  expect(firstMs).toBeLessThan(10_000);
  test.info().annotations.push({ type: 'milliseconds', description: String(firstMs) });
});
