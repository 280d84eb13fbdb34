// Progress files that somebody made to break the page: wrong types in every place, names from the prototype, numbers
// that JSON can write and nobody can count, deep nesting, long texts, doubled keys. Made as texts, since an object in
// memory could not hold half of it.
import fc from 'fast-check';

const names = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('0-one-request', 'one', 'start', 'q1', 'one/a', 'quiz') },
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', ''),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('x'.repeat(5000), '<img src=x onerror=alert(1)>', '\u202egnol', '../../etc', 'a/b/c'),
);
const fields = fc.constantFrom(
  ...'at read by right tries given choice due stability difficulty state reps lapses step days last out value before'.split(
    ' ',
  ),
);

const numbers = fc.constantFrom(
  '0',
  '-1',
  '1e999',
  '-1e999',
  '1e308',
  '0.5',
  '9007199254740993',
  '1795176000000',
);
const texts = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom('view', 'hand', '2026-11-20T12:00:00.000Z', '9999-99-99T99:99:99Z', 'NaN'),
    fc.constantFrom('x'.repeat(300), 'y'.repeat(60_000), '<script>polluted=1</script>'),
  )
  .map((text) => JSON.stringify(text));
const deep = fc
  .constantFrom(50, 3000, 40_000)
  .chain((depth) =>
    fc.constantFrom('['.repeat(depth) + ']'.repeat(depth), '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)),
  );
const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('true', 'false', 'null', '{}', '[]', '"view"', '1') },
  { weight: 3, arbitrary: numbers },
  { weight: 3, arbitrary: texts },
  { weight: 1, arbitrary: deep },
);

/** `{…}` from pairs; keys may come twice. */
const object = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>, most = 4) =>
  fc
    .array(fc.tuple(key, value), { maxLength: most })
    .map((pairs) => `{${pairs.map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`);

const good = fc.constantFrom(
  '{"at":1,"read":true,"by":"view"}',
  '{"at":1,"right":true,"tries":1,"given":"b"}',
  '{"at":1,"choice":"1"}',
  '{"at":1,"due":1,"stability":1,"difficulty":5,"state":2,"reps":1,"lapses":0}',
  '{"at":"2026-11-20T12:00:00.000Z","value":3}',
);
const entry = fc.oneof({ weight: 3, arbitrary: good }, object(fields, leaf, 6), leaf);
const many = fc.constantFrom(10, 500, 3000).map((count) => {
  const pairs = Array.from({ length: count }, (_, i) => `"n${i}":{"at":${i},"read":true,"by":"view"}`);
  return `{${pairs.join(',')}}`;
});
const record = fc.oneof({ weight: 4, arbitrary: object(names, entry) }, leaf, many);
const chapter = fc.oneof(
  {
    weight: 5,
    arbitrary: object(fc.constantFrom('read', 'answers', 'guesses', 'solved', '__proto__'), record),
  },
  leaf,
);
const top = fc.constantFrom('chapters', 'cards', 'settings', 'erased', '__proto__', 'constructor', 'future');
const whole = fc
  .tuple(
    fc.constantFrom('2', '2', '2', '2', '1', '1', '3', '0', '-1', '1.5', '"2"', 'null', '1e999'),
    fc.array(fc.tuple(top, fc.oneof(object(names, chapter), record)), { maxLength: 6 }),
  )
  .map(
    ([version, parts]) =>
      `{"version":${version}${parts.map(([name, text]) => `,"${name}":${text}`).join('')}}`,
  );

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 12, arbitrary: whole },
  // cut in the middle, or with another byte in it
  { weight: 2, arbitrary: fc.tuple(whole, fc.nat(500)).map(([text, at]) => text.slice(0, at)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(whole, fc.nat(200))
      .map(([text, at]) => `${text.slice(0, at)}\u0000${text.slice(at + 1)}`),
  },
  { weight: 1, arbitrary: leaf },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 100 }) },
);
