// Makes `roundtrip.mjs`: the simulator in one file that any Node runs, with the modules of Node, their packages and the
// workbench, for projects that are opened in StackBlitz (components/playground/stackblitz.ts). A page fetches it when
// somebody does that.
//
// It travels there as a field of a form, where every quote and line end counts threefold, and servers refuse forms that
// are too long (often at one megabyte): so the file carries its text compressed, in letters that a form leaves alone.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, minifySync, type Plugin, type Rolldown } from 'vite';
import { shelf } from '../../cli/shelf.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const entry = fileURLToPath(new URL('../../cli/one-file.ts', import.meta.url));
const workbench = fileURLToPath(new URL('../../cli/one-scenario.ts', import.meta.url));
const scenarios = `${root}src/engine/scenario/all.ts`;
const packages = `${root}src/cli/shelf.ts`;

/** In place of every scenario, the workbench; in place of files in node_modules, their texts. */
const inOneFile: Plugin = {
  name: 'in-one-file',
  enforce: 'pre',
  async resolveId(source, importer) {
    if (!source.endsWith('/all.ts')) return undefined;
    const found = await this.resolve(source, importer, { skipSelf: true });
    return found?.id === scenarios ? workbench : found;
  },
  load(id) {
    if (id !== packages) return undefined;
    return `const texts = ${JSON.stringify(smallShelf())};\nexport const shelf = () => new Map(texts);`;
  },
};

/** The packages' texts by path, without comments and spaces; their names stay, because programs print them. */
function smallShelf(): [path: string, text: string][] {
  return [...shelf()].map(([path, text]) => {
    const { code, errors } = minifySync(path, text, { module: false, compress: false, mangle: false });
    if (errors.length > 0) throw new Error(`${path}: ${errors[0]!.message}`);
    return [path, code];
  });
}

/** The program as one script. Names of classes and functions stay: programs print them. */
async function script(): Promise<string> {
  const { output } = (await build({
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [inOneFile],
    ssr: { noExternal: true },
    build: {
      write: false,
      ssr: true,
      target: 'node20',
      minify: false,
      rolldownOptions: {
        input: entry,
        output: { format: 'cjs', codeSplitting: false, keepNames: true, minify: true },
      },
    },
  })) as Rolldown.RolldownOutput;
  if (output.length > 1) throw new Error('the simulator must be of one piece');
  return output[0].code;
}

/** The text of the file. */
export async function oneFile(): Promise<string> {
  const packed = gzipSync(await script(), { level: 9 }).toString('base64url');
  return `// The simulated network of the course Roundtrip, in one file: node roundtrip.mjs FOLDER
// It runs the project in FOLDER, and needs no network and no packages. Below is the program itself, compressed.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const text = gunzipSync(Buffer.from(packed(), 'base64url')).toString();
const run = new Function('require', 'module', 'exports', '__filename', text);
run(createRequire(import.meta.url), { exports: {} }, {}, fileURLToPath(import.meta.url));

function packed() {
  return '${packed}';
}
`;
}
