// What the editor of a playground offers.
import { expect, test } from 'vitest';
import { nodeWords } from '../../src/cli/node-words.ts';

test('what the editor offers is what programs find', async () => {
  const words = await nodeWords();
  expect(words['dns/promises']).toEqual(expect.arrayContaining(['lookup', 'resolve4', 'Resolver']));
  expect(words['http']).toEqual(expect.arrayContaining(['createServer', 'Agent', 'STATUS_CODES']));
  expect(words['.process']).toEqual(expect.arrayContaining(['argv', 'exitCode', 'on', 'nextTick']));
  expect(words['']).toContain('fetch');
  expect(Object.values(words).every((names) => new Set(names).size === names.length)).toBe(true);
});

test('what is not here is not offered', async () => {
  const words = await nodeWords();
  for (const name of ['tls', 'child_process', 'zlib']) expect(words).not.toHaveProperty([name]);
  expect(words['crypto']).not.toContain('createCipheriv');
  expect(words['events']).not.toContain('EventEmitterAsyncResource');
  expect(words['.process']).not.toContain('send');
});
