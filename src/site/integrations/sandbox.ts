// Makes the sandbox's page, /sandbox/: one file that holds everything it will ever need, because its policy lets it fetch
// nothing. A playground shows it in a frame without an origin (components/engine/sandbox.ts); by itself it says what it
// is and does nothing.
//
// The worker's text is bundled with its names as they are written: learners see them in errors and in what is printed.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';
import { shelf } from '../../cli/shelf.ts';

const root = new URL('../../../', import.meta.url);
const worker = new URL('../../../components/engine/sandbox-worker.ts', import.meta.url);
const frame = new URL('../../../components/engine/sandbox-frame.ts', import.meta.url);

async function bundle(entry: URL): Promise<string> {
  const result = (await build({
    configFile: false,
    root: fileURLToPath(root),
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2024',
      minify: false,
      modulePreload: false,
      rolldownOptions: {
        input: fileURLToPath(entry),
        output: {
          format: 'iife',
          codeSplitting: false,
          keepNames: true,
          minify: { mangle: false, compress: false, codegen: true },
        },
      },
    },
  })) as Rolldown.RolldownOutput;
  if (result.output.length > 1) throw new Error('the sandbox must be of one piece');
  return result.output[0].code;
}

/** `home`: the address of the course's front page from there. */
export async function sandboxPage(home = '../'): Promise<string> {
  const [inside, script] = await Promise.all([bundle(worker), bundle(frame)]);
  // `<` would end the element that carries it
  // as Node's own files are called in a stack
  const carried = JSON.stringify({
    worker: `${inside}\n//# sourceURL=node:internal/simulator`,
    shelf: [...shelf()],
  }).replaceAll('<', '\\u003c');
  const code = script.replaceAll('</', '<\\/');
  const hash = createHash('sha256').update(code).digest('base64');
  const policy = [
    "default-src 'none'",
    // what is evaluated in the worker, which has this policy too, is all that runs besides
    `script-src 'sha256-${hash}' 'unsafe-eval'`,
    'worker-src data:',
    "style-src 'unsafe-inline'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">
<title>Sandbox · Roundtrip</title>
<style>:root{color-scheme:light dark}body{font:1.0625rem/1.6 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem}</style>
</head>
<body>
<main>
<h1>The room where programs run</h1>
<p>The playgrounds of the course run readers’ programs in here, in a frame that belongs to no site and reaches no network. By itself this page runs nothing.</p>
<p><a href="${home}">To the course</a></p>
</main>
<script type="application/json" id="carried">${carried}</script>
<script>${code}</script>
</body>
</html>
`;
}
