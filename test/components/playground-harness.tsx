// A playground on its own: `?project=plain` for one without notes, `?theme=dark`, `?dead` as the page is without script,
// `?own` as on its own page. What runs it prints what it is told to by comments of the code: `// print 12 server err text`
// (milliseconds, program, stream, text), `// exit client 1`, `// hang`, `// fault text`, `// packets`.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render } from 'preact';
import { Playground } from '../../components/playground/Playground.tsx';
import { packPaint, paintCode } from '../../components/playground/paint.ts';
import { type Project, type SourceFile, versionOf } from '../../components/playground/project.ts';
import type { Outcome, Runner } from '../../components/playground/runner.ts';

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';

const isPlain = query.get('project') === 'plain';
const files: readonly SourceFile[] = [
  {
    name: 'server.js',
    text: `import { createServer } from 'node:http';

// print 1 server out listening on 8080
// print 261.25 server out connection from 192.168.1.23
const server = createServer((request, response) => {
  if (request.url === '/health') {
    response.end(JSON.stringify({ ok: true }));
    return;
  }
  response.writeHead(404).end(\`nothing at \${request.url}, and this line is much longer than any window is wide, so it is cut off\`);
});

server.listen(8080);
`,
  },
  {
    name: 'client.js',
    text: `// print 262.5 client out /health: 200
// print 270 client err TypeError: no at file:///app/client.js:4:9
// exit client 1
await fetch('http://app-1.chaicart.example:8080/health');
`,
  },
  { name: 'package.json', text: '{\n  "name": "tiny",\n  "type": "module"\n}\n' },
];
const project: Project = {
  name: isPlain ? 'plain' : 'noted',
  title: isPlain ? 'Without notes' : 'A tiny server',
  summary: 'A server and a client.',
  files,
  programs: [
    { name: 'server', on: 'app-1', run: 'server.js' },
    { name: 'client', on: 'laptop', run: 'client.js' },
  ],
  notes: isPlain
    ? []
    : [
        {
          file: 'server.js',
          at: "'/health'",
          text: 'What the balancer asks every few seconds. It must be cheap.',
        },
        {
          file: 'server.js',
          at: 'JSON.stringify',
          text: 'A body for people; the balancer reads the status alone, and nothing of this.',
        },
        { file: 'server.js', at: 'listen(8080)', text: 'On every address of the machine.' },
      ],
  version: versionOf(files),
};

let end: ((cut?: string) => void) | undefined;
let isStopped = false;
const runner: Runner = {
  run: async (files, { onOutput, onProgress }) => {
    const told = files.flatMap(({ text }) => text.split('\n').filter((line) => line.startsWith('// ')));
    const find = (what: string) => told.find((line) => line.startsWith(`// ${what}`))?.slice(4 + what.length);
    isStopped = false;
    onProgress({ phase: 'starting', time: 0 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const fault = find('fault');
    if (fault) return { programs: [], end: 0, packets: 0, fault };
    onProgress({ phase: 'running', time: 1e6 });
    let last = 0;
    for (const line of told) {
      const found = /^\/\/ print ([\d.]+) (\S+) (out|err) (.*)$/.exec(line);
      if (!found) continue;
      last = Math.max(last, Number(found[1]) * 1e6);
      onOutput({
        program: found[2]!,
        stream: found[3] === 'out' ? 'stdout' : 'stderr',
        text: `${found[4]}\n`,
        time: Number(found[1]) * 1e6,
      });
    }
    const cut =
      find('hang') === undefined
        ? undefined
        : await new Promise<string | undefined>((resolve) => {
            end = resolve;
            if (isStopped) resolve('You stopped it.');
          });
    const exit = /^(\S+) (\d+)$/.exec(find('exit') ?? '');
    const programs = project.programs.map(({ name }) => ({
      name,
      time: last + 1e6,
      code: exit?.[1] === name ? Number(exit[2]) : 0,
    }));
    const request =
      find('packets') === undefined ? undefined : { scenario: 'home-lan', set: {}, seed: 1, inputs: [] };
    const outcome: Outcome = { programs, end: last + 1e6, packets: request ? 40 : 0, cut, request };
    return outcome;
  },
  stop: () => {
    isStopped = true;
    end?.('You stopped it.');
  },
};

const main = document.querySelector('main')!;
main.innerHTML = '<h1>Playgrounds</h1><h2>One of them</h2>';
main.style.padding = '0 16px';
const island = (
  <Playground
    id="tiny"
    project={project}
    paint={files.map(({ name, text }) => packPaint(paintCode(name, text)))}
    site="./"
    isOwnPage={query.has('own')}
    runner={async () => runner}
  />
);
const built = document.createElement('div');
render(island, built);
const place = document.createElement('div');
place.innerHTML = built.innerHTML;
render(null, built);
const box = document.createElement('figure');
box.className = 'wide rt-figure';
box.style.maxWidth = '1040px';
box.append(place);
main.append(box);
if (!query.has('dead')) hydrate(island, place);
main.dataset.alive = 'yes';
