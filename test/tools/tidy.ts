// The house rules as functions over a set of files (path → text), so that the rules themselves can be tested on planted
// violations. test/tidy.test.ts applies them to the repository.
import { posix } from 'node:path';
import ts from 'typescript';

export type Files = Map<string, string>;
export interface Fault {
  file: string;
  line: number;
  why: string;
}
interface Import {
  from: string;
  specifier: string;
  typeOnly: boolean;
  line: number;
  to: string | undefined;
}

/** Engine floors from the ground up. Those on one level are strangers to each other, but for the pairs below. */
export const levels: string[][] = [
  ['base'],
  ['trace', 'wire'],
  ['sim', 'policy'],
  ['proto'],
  ['net'],
  ['app', 'load', 'shell', 'node'],
  ['scenario'],
  ['inspect', 'export'],
];
/** The exporters print what inspect reassembles; people's programs find names as the system's resolver does. */
const neighbours = new Set(['export>inspect', 'node>app']);
/** Downward, and still forbidden. */
const never = new Map([
  ['proto>sim', 'a protocol machine reads no clock and starts no task: it is handed `now`'],
]);

const level = new Map(levels.flatMap((names, rank) => names.map((name) => [name, rank] as const)));
const maxLines = 600;
const namelessNames = /^(types|utils?|helpers?|common|misc|index)\.(ts|tsx|mjs|js)$/;
/** Named after Node's modules, as their neighbours are. */
const nodeModules = 'src/engine/node/modules/';
/** Programs for the simulated host, read as texts; those in `common` have the names that Node's own tests require. */
const compatPrograms = 'test/node-compat/';
const isCode = (file: string) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.d.ts');
const isModule = (file: string) => isCode(file) || /\.(astro|mdx?)$/.test(file);
const isTest = (file: string) => /^test\/.*\.(test|spec)\.tsx?$/.test(file);

const parsed = new WeakMap<Files, Map<string, ts.SourceFile>>();
function tree(files: Files, file: string): ts.SourceFile {
  let known = parsed.get(files);
  if (!known) parsed.set(files, (known = new Map()));
  let source = known.get(file);
  if (!source) {
    const kind = file.endsWith('.tsx')
      ? ts.ScriptKind.TSX
      : file.endsWith('.mjs')
        ? ts.ScriptKind.JS
        : ts.ScriptKind.TS;
    known.set(
      file,
      (source = ts.createSourceFile(file, files.get(file)!, ts.ScriptTarget.ESNext, true, kind)),
    );
  }
  return source;
}
const lineOf = (source: ts.SourceFile, node: ts.Node) =>
  source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;

// ── imports ──

function resolve(files: Files, from: string, specifier: string): string | undefined {
  const bare = specifier.split('?')[0]!;
  let path: string;
  if (bare.startsWith('.')) path = posix.join(posix.dirname(from), bare);
  else if (bare.startsWith('#engine/')) path = `src/engine/${bare.slice('#engine/'.length)}`;
  else if (bare.startsWith('~components/')) path = `components/${bare.slice('~components/'.length)}`;
  else return undefined;
  return [path, `${path}.ts`, `${path}.tsx`, `${path}.astro`, `${path}/index.ts`].find((candidate) =>
    files.has(candidate),
  );
}

function importsOfCode(files: Files, file: string): Omit<Import, 'to'>[] {
  const source = tree(files, file);
  const found: Omit<Import, 'to'>[] = [];
  const add = (node: ts.Node, literal: ts.Node | undefined, typeOnly: boolean) => {
    if (literal && ts.isStringLiteralLike(literal))
      found.push({ from: file, specifier: literal.text, typeOnly, line: lineOf(source, node) });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const clause = node.importClause;
      const named = clause?.namedBindings;
      const allTypes =
        clause !== undefined &&
        clause.name === undefined &&
        named !== undefined &&
        ts.isNamedImports(named) &&
        named.elements.length > 0 &&
        named.elements.every((element) => element.isTypeOnly);
      add(node, node.moduleSpecifier, clause?.phaseModifier === ts.SyntaxKind.TypeKeyword || allTypes);
    } else if (ts.isExportDeclaration(node)) add(node, node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node, node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node, node.arguments[0], false);
    else if (
      ts.isNewExpression(node) &&
      node.expression.getText(source) === 'URL' &&
      node.arguments?.[1]?.getText(source) === 'import.meta.url'
    ) {
      const target = node.arguments[0]!;
      if (ts.isStringLiteralLike(target) && isModule(target.text)) add(node, target, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function importsOfMarkup(files: Files, file: string): Omit<Import, 'to'>[] {
  const text = files.get(file)!;
  const found: Omit<Import, 'to'>[] = [];
  for (const match of text.matchAll(
    /^[ \t]*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s*)?['"]([^'"\n]+)['"]/gm,
  )) {
    found.push({
      from: file,
      specifier: match[2]!,
      typeOnly: match[1] !== undefined,
      line: text.slice(0, match.index).split('\n').length,
    });
  }
  return found;
}

export function importsOf(files: Files): Import[] {
  return [...files.keys()].filter(isModule).flatMap((file) =>
    (isCode(file) ? importsOfCode(files, file) : importsOfMarkup(files, file)).map((found) => ({
      ...found,
      to: resolve(files, file, found.specifier),
    })),
  );
}

/** `engine/<floor>` for engine files, else the part of the house a file stands in. */
function place(file: string): string {
  const [top, second, third] = file.split('/');
  if (top === 'src' && second === 'engine') return `engine/${third}`;
  if (top === 'components')
    return second === 'engine'
      ? 'components/engine'
      : second === 'author'
        ? 'components/author'
        : 'components';
  if (top === 'src') return `src/${second}`;
  return top!;
}

export function floorFaults(files: Files): Fault[] {
  const faults: Fault[] = [];
  for (const { from, to, specifier, typeOnly, line } of importsOf(files)) {
    const fault = (why: string) => faults.push({ file: from, line, why });
    const here = place(from);
    if (here.startsWith('engine/')) {
      const floor = here.slice('engine/'.length);
      const rank = level.get(floor);
      if (rank === undefined) {
        fault(`${from} stands on no floor: the engine has ${levels.flat().join(', ')}`);
        continue;
      }
      // the modules of learners' programs take Node's types as their measure
      if (specifier.startsWith('node:') && !(floor === 'node' && typeOnly))
        fault(`the engine imports ${specifier}: it runs in a page too; take what you need as an argument`);
      if (to === undefined) {
        if (specifier.startsWith('.') || specifier.startsWith('#'))
          fault(`${specifier} names no file (write the .ts)`);
        continue;
      }
      const there = place(to);
      if (!there.startsWith('engine/')) {
        fault(`the engine imports ${to}: it knows nothing of the course`);
        continue;
      }
      const other = there.slice('engine/'.length);
      const otherRank = level.get(other) ?? -1;
      const pair = `${floor}>${other}`;
      if (never.has(pair)) fault(`${floor} imports ${other}: ${never.get(pair)}`);
      else if (otherRank > rank) fault(`${floor} imports ${other}, which stands above it`);
      else if (otherRank === rank && other !== floor && !neighbours.has(pair))
        fault(`${floor} imports ${other}, which stands beside it: what both need belongs below`);
      continue;
    }
    if (to === undefined) continue;
    const there = place(to);
    // a playground's project is a world of its own, whose files import one another
    const project = /^content\/playgrounds\/[^/]+\//.exec(from)?.[0];
    if (here === 'content' && there !== 'components/author' && !(project && to.startsWith(project)))
      fault(`content imports ${to}: chapters use components/author and nothing else`);
    const isCourse = here.startsWith('components') || here === 'src/site' || here === 'src/pages';
    if (isCourse && here !== 'components/engine' && there.startsWith('engine/') && !typeOnly)
      fault(
        `${from} imports the engine itself: go through components/engine (types may come from where they live)`,
      );
    if (here.startsWith('components') && /^(src\/(cli|bridge)|content|test)$/.test(there))
      fault(`components import ${to}`);
    if (here === 'src/cli' && /^(components|src\/(site|pages))/.test(there))
      fault(`the command line imports ${to}`);
    if (here === 'src/bridge' && /^(components|src\/(site|pages|cli))/.test(there))
      fault(`the bridge imports ${to}`);
  }
  return faults;
}

/** Cycles of imports that exist when the program runs. Types may refer to each other. */
export function cycles(files: Files): Fault[] {
  const edges = new Map<string, Import[]>();
  for (const found of importsOf(files)) {
    if (found.typeOnly || found.to === undefined) continue;
    edges.set(found.from, [...(edges.get(found.from) ?? []), found]);
  }
  const faults: Fault[] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (file: string): void => {
    if (done.has(file)) return;
    way.push(file);
    for (const { to, line } of edges.get(file) ?? []) {
      const at = way.indexOf(to!);
      if (at >= 0)
        faults.push({ file, line, why: `a circle of imports: ${[...way.slice(at), to].join(' > ')}` });
      else walk(to!);
    }
    way.pop();
    done.add(file);
  };
  for (const file of edges.keys()) walk(file);
  return faults;
}

// ── what the engine may not call ──

const exactMath = new Set([
  'abs',
  'floor',
  'ceil',
  'round',
  'trunc',
  'sqrt',
  'min',
  'max',
  'imul',
  'clz32',
  'sign',
  'fround',
  'PI',
  'E',
  'LN2',
  'LN10',
  'LOG2E',
  'LOG10E',
  'SQRT2',
  'SQRT1_2',
]);
const virtualTime = "the kernel's clock and timers (sim)";
const task = 'a generator task on the kernel (sim)';
const notHere = 'nothing: the engine has no page around it; take it as an argument';
const bannedNames = new Map<string, string>([
  ['Date', "the world's epoch plus the kernel's now (base/units)"],
  ['performance', "the kernel's now"],
  ['setTimeout', virtualTime],
  ['setInterval', virtualTime],
  ['setImmediate', virtualTime],
  ['clearTimeout', virtualTime],
  ['clearInterval', virtualTime],
  ['queueMicrotask', task],
  ['requestAnimationFrame', virtualTime],
  ['Promise', task],
  ['Intl', 'a format written out by hand'],
  ['console', 'the trace: record() an event'],
  ['eval', 'a closure'],
  ['Function', 'a closure'],
  ['WeakRef', 'an explicit lifetime'],
  ['FinalizationRegistry', 'an explicit lifetime'],
  ['globalThis', notHere],
  ['window', notHere],
  ['document', notHere],
  ['navigator', notHere],
  ['location', notHere],
  ['localStorage', notHere],
  ['sessionStorage', notHere],
  ['fetch', 'a program on a simulated host (app)'],
  ['XMLHttpRequest', 'a program on a simulated host (app)'],
  ['WebSocket', 'a program on a simulated host (app)'],
  ['crypto', 'a named random stream (base/random)'],
  ['process', notHere],
  ['Buffer', 'Uint8Array and base/bytes'],
  ['require', 'an import'],
]);

/** `src/engine/node` imitates Node for learners' code, so it must speak promises and build the timers it gives them. */
const allowedInNode = new Set([
  'Promise',
  'Function',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'queueMicrotask',
  'fetch',
  'process',
  'Buffer',
  'console',
  'performance',
  'globalThis',
]);

function declaredNames(source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    const name = (node as ts.NamedDeclaration).name;
    const declares =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isFunctionDeclaration(node) ||
      ts.isClassDeclaration(node) ||
      ts.isInterfaceDeclaration(node) ||
      ts.isTypeAliasDeclaration(node) ||
      ts.isImportSpecifier(node) ||
      ts.isBindingElement(node) ||
      ts.isImportClause(node);
    if (declares && name && ts.isIdentifier(name)) names.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** True where an identifier names a member or a key rather than the global. */
function isMemberName(node: ts.Identifier): boolean {
  const parent = node.parent;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isPropertySignature(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isGetAccessor(parent) ||
    ts.isSetAccessor(parent) ||
    ts.isEnumMember(parent) ||
    ts.isJsxAttribute(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isNamedTupleMember(parent) ||
    (ts.isQualifiedName(parent) && parent.right === node)
  );
}

export function bannedCalls(files: Files): Fault[] {
  const faults: Fault[] = [];
  for (const file of files.keys()) {
    if (!file.startsWith('src/engine/') || !isCode(file)) continue;
    const source = tree(files, file);
    const own = declaredNames(source);
    // and whoever drives such programs waits for their turns
    const imitation = file.startsWith('src/engine/node/') || file === 'src/engine/scenario/programs.ts';
    const ban = (node: ts.Node, what: string, instead: string) =>
      faults.push({
        file,
        line: lineOf(source, node),
        why: `${what} is banned in the engine; use ${instead}`,
      });
    const visit = (node: ts.Node): void => {
      if (ts.isPropertyAccessExpression(node)) {
        const owner = node.expression;
        const name = node.name.text;
        if (ts.isIdentifier(owner) && owner.text === 'Math' && !own.has('Math')) {
          if (name === 'random') ban(node, 'Math.random', 'a named random stream (base/random)');
          else if (!exactMath.has(name))
            ban(node, `Math.${name}`, 'base/math, which is exact on every engine');
        } else if (name === 'localeCompare') ban(node, name, 'a comparison of code units (a < b)');
        else if (name.startsWith('toLocale')) ban(node, name, 'a format written out by hand');
      } else if (
        ts.isBinaryExpression(node) &&
        (node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskToken ||
          node.operatorToken.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken)
      ) {
        const literal = (side: ts.Node) => ts.isNumericLiteral(side) || ts.isBigIntLiteral(side);
        if (!literal(node.left) || !literal(node.right))
          ban(node, '** of anything but literals', 'multiplication, or pow from base/math');
      } else if (
        ts.isIdentifier(node) &&
        bannedNames.has(node.text) &&
        !own.has(node.text) &&
        !isMemberName(node)
      ) {
        if (!(imitation && allowedInNode.has(node.text))) ban(node, node.text, bannedNames.get(node.text)!);
      } else if (node.kind === ts.SyntaxKind.AsyncKeyword && !imitation) ban(node, 'async', task);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return faults;
}

// ── files ──

/** Lines that carry code: not blank, not only comment. */
export function codeLines(text: string): number {
  const source = ts.createSourceFile('x.tsx', text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.TSX);
  const lines = new Set<number>();
  const visit = (node: ts.Node): void => {
    const children = node.getChildren(source);
    if (children.length > 0) {
      children.forEach(visit);
      return;
    }
    if (node.getWidth(source) === 0) return;
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = first; line <= last; line++) lines.add(line);
  };
  visit(source);
  return lines.size;
}

export function fileFaults(files: Files): Fault[] {
  const faults: Fault[] = [];
  for (const [file, text] of files) {
    const name = posix.basename(file);
    if (
      namelessNames.test(name) &&
      ![nodeModules, 'src/pages/', compatPrograms].some((folder) => file.startsWith(folder))
    )
      faults.push({ file, line: 1, why: `${name} says nothing: put each thing beside what it belongs to` });
    if (isCode(file) && text.split('\n').length > maxLines) {
      const count = codeLines(text);
      if (count > maxLines)
        faults.push({
          file,
          line: maxLines,
          why: `${count} lines of code, and ${maxLines} is the limit: it holds two things`,
        });
    }
    if (isTest(file)) {
      for (const match of text.matchAll(/\b(?:it|test|describe)(?:\.\w+)*\.(only|skip|todo|fixme)\b/g)) {
        faults.push({
          file,
          line: text.slice(0, match.index).split('\n').length,
          why: `.${match[1]} in a test: a test runs, or it is not there`,
        });
      }
    }
  }
  return faults;
}

/** Files that no page, program, test or setting reaches. */
export function unreached(files: Files): Fault[] {
  const settings = [...files]
    .filter(([file]) => /^(package\.json|\.ci\/run|[^/]*\.config\.(ts|mjs))$/.test(file))
    .map(([, text]) => text)
    .join('\n');
  const isRoot = (file: string) =>
    /^(src\/pages|content)\//.test(file) ||
    isTest(file) ||
    file.startsWith(compatPrograms) ||
    // The compiler reads these.
    file.startsWith('test/types/') ||
    /^(astro|vitest|playwright)[\w.]*\.config\.(ts|mjs)$/.test(file) ||
    /^test\/([\w]+\/)?[\w.]*config\.ts$/.test(file) ||
    file === 'src/content.config.ts' ||
    // People read these.
    posix.basename(file) === 'README.md' ||
    settings.includes(file) ||
    // What authors may use is an offer, taken up or not.
    file.startsWith('components/author/') ||
    // The shell's parts are named in astro.config.mjs, without folder and ending.
    (file.startsWith('src/site/shell/') && settings.includes(`'${posix.basename(file, '.astro')}'`));
  const out = new Map<string, string[]>();
  for (const { from, to } of importsOf(files)) if (to) out.set(from, [...(out.get(from) ?? []), to]);
  const seen = new Set([...files.keys()].filter((file) => isModule(file) && isRoot(file)));
  for (const file of seen) for (const to of out.get(file) ?? []) seen.add(to); // a Set visits what is added while it is walked
  return [...files.keys()]
    .filter((file) => isModule(file) && /^(src|components|test)\//.test(file) && !seen.has(file))
    .map((file) => ({
      file,
      line: 1,
      why: 'nobody reaches this file: no page, program, test or setting leads to it',
    }));
}

const machinePath = new RegExp(`(^|[\\s"'\`(=:])/(${['work', 'root'].join('|')})/`);

export function machinePaths(files: Files): Fault[] {
  const faults: Fault[] = [];
  for (const [file, text] of files) {
    text.split('\n').forEach((line, i) => {
      if (machinePath.test(line)) faults.push({ file, line: i + 1, why: 'a path of one machine' });
    });
  }
  return faults;
}

export const print = (faults: Fault[]) =>
  faults.map(({ file, line, why }) => `${file}:${line}  ${why}`).join('\n');
