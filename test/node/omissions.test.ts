// Each name of Node’s modules, and of its globals, is in ours, or listed with the reason why it is not; and nothing is
// listed that is there.
import { expect, test } from 'vitest';
import { BUILTINS } from '../../src/engine/node/builtins.ts';
import { ABSENT, type Omission } from '../../src/engine/node/omissions.ts';
import { onNode, simulated } from './project-folder.ts';

/** What programs require, and what they find without. */
const MODULES = [...Object.keys(BUILTINS), 'globalThis'];
const PROBE = `
  const found = {};
  for (const name of ${JSON.stringify(MODULES)}) {
    const module = name === 'globalThis' ? globalThis : require(name);
    found[name] = {};
    const own = typeof module === 'function' ? Object.keys(module) : Object.getOwnPropertyNames(module);
    for (const key of own) {
      if (key.startsWith('_')) continue;
      let value;
      try { value = module[key]; } catch (error) { value = error; }
      found[name][key] = value instanceof Error ? value.code : typeof value;
    }
  }
  console.log(JSON.stringify(found));
`;

type Found = Readonly<Record<string, Readonly<Record<string, string>>>>;

const read = ({ stdout, stderr }: { stdout: string; stderr: string }): Found => {
  expect(stderr.replace(/\(node:\d+\).*|\(Use .*/g, '').trim()).toBe('');
  return JSON.parse(stdout) as Found;
};

test('what Node has is here, or its absence has a reason', async () => {
  const files = { 'main.cjs': PROBE };
  const [theirs, ours] = (await Promise.all([onNode(files, 'main.cjs'), simulated(files, 'main.cjs')])).map(
    read,
  );
  const lacking: string[] = [];
  const differing: string[] = [];
  for (const name of MODULES) {
    const listed: readonly Omission[] = (ABSENT as Readonly<Record<string, readonly Omission[]>>)[name] ?? [];
    const known = new Set(listed.flatMap(({ names }) => names));
    for (const [key, type] of Object.entries(theirs![name]!)) {
      if (known.has(key)) continue;
      const here = ours![name]![key];
      if (here === undefined) lacking.push(`${name}.${key}`);
      else if (here !== type) differing.push(`${name}.${key}: ${here}, not ${type}`);
    }
  }
  expect(lacking).toEqual([]);
  expect(differing).toEqual([]);
});

test('what is listed as absent is not here, or throws when it is called, or has only functions that do', async () => {
  const listed = Object.entries(ABSENT).flatMap(([module, omissions]) =>
    (omissions as readonly Omission[]).flatMap(({ names }) => names.map((name) => [module, name])),
  );
  const { stdout, stderr } = await simulated(
    {
      'main.cjs': `
        for (const [name, key] of ${JSON.stringify(listed)}) {
          let value;
          if (name === 'globalThis' && eval('typeof ' + key) !== 'undefined') console.log(key + ' is found by its name');
          try { value = name === 'globalThis' ? globalThis[key] : require(name)[key]; } catch { continue; }
          if (value === undefined) continue;
          const functions = typeof value === 'function' ? [value] : Object.values(value).filter((one) => typeof one === 'function');
          if (functions.length === 0) console.log(name + '.' + key + ' is here');
          for (const one of functions) {
            try { one(); console.log(name + '.' + key + ' is here'); } catch (error) {
              if (error.code !== 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM') console.log(name + '.' + key + ' throws ' + error.message);
            }
          }
        }
        console.log('done');
      `,
    },
    'main.cjs',
  );
  expect(stderr).toBe('');
  expect(stdout).toBe('done\n');
});
