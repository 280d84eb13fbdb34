// What is wrong in an author's file is said with the item's name, before a page is built from it.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { prepareQuiz } from '../../components/quiz/prepare.ts';
import { quizSchema } from '../../components/quiz/schema.ts';

const faults = (yaml: string): string[] => {
  const read = quizSchema.safeParse(parse(yaml));
  return read.success ? [] : read.error.issues.map(({ message }) => message);
};
const item = (lines: string) =>
  `items:\n  - id: it\n    ask: Why?\n    because: So.\n    see: there\n${lines}`;
const choice = item(`    kind: choice
    choices:
      - right: Yes
      - wrong: No
        because: No.
`)
  .replace('right: Yes', "right: 'Yes'")
  .replace('wrong: No\n', "wrong: 'No'\n");

describe('the form of a quiz', () => {
  it('takes what is right', () => {
    expect(faults(choice)).toEqual([]);
  });

  it.each([
    ['a file without items', 'items: []', /Too small/],
    [
      'a kind that is none',
      choice.replace('kind: choice', 'kind: quiz'),
      /^item “it” has no kind; there are choice, several/,
    ],
    ['no kind, no name', 'items:\n  - 7', /^item 1 has no kind/],
    ['a name with capitals', choice.replace('id: it', 'id: It'), /^item “It”, id: is small letters/],
    ['a word that is unknown', `${choice}    hint: none\n`, /^item “it”: Unrecognized key: "hint"/],
    ['no place to read on', choice.replace('    see: there\n', ''), /^item “it”, see: /],
    [
      'a place with a #',
      choice.replace('see: there', 'see: "#there"'),
      /^item “it”, see: is the id of a heading/,
    ],
    [
      'two right choices',
      choice.replace("wrong: 'No'", "right: 'No'"),
      /^item “it”, choices: has one right choice/,
    ],
    [
      'a wrong choice without a reason',
      choice.replace('        because: No.\n', ''),
      /^item “it”, choices 2: is neither/,
    ],
    [
      'a text that YAML took for something else',
      choice.replace('ask: Why?', 'ask: {ttfb}'),
      /^item “it”, ask: is no text; put quotes/,
    ],
    [
      'twice the same name',
      `${choice}${choice.slice(choice.indexOf('  - id'))}`,
      /two items are called “it”/,
    ],
    [
      'a slack without its sign',
      item('    kind: number\n    right: 5\n    within: 5 percent\n    otherwise: No.\n'),
      /^item “it”, within: /,
    ],
    [
      'a right answer that is a text',
      item('    kind: number\n    right: five\n    otherwise: No.\n'),
      /^item “it”, right: is neither a number nor/,
    ],
    [
      'two steps are no order',
      item('    kind: order\n    steps: [one, two]\n'),
      /^item “it”, steps: Too small/,
    ],
    ['no form to accept', item('    kind: text\n    accept: []\n    otherwise: No.\n'), /^item “it”, accept/],
    [
      'pointing at nothing',
      item('    kind: point\n    at: cloud\n    run: {scenario: x}\n    target: x\n    otherwise: No.\n'),
      /^item “it”, at: /,
    ],
  ])('refuses %s', (_, yaml, why) => {
    const found = faults(yaml);
    expect(found.length).toBeGreaterThan(0);
    expect(found.join('\n')).toMatch(why);
  });
});

describe('what a build looks up', () => {
  const build = async (yaml: string) => {
    const find = (page: string | undefined, id: string) =>
      id === 'there' ? { href: `${page ?? ''}#there`, text: 'Read' } : undefined;
    return prepareQuiz('1-test', quizSchema.parse(parse(yaml)), find);
  };
  const number = (right: string, more = '') =>
    item(`    kind: number\n    right: ${right}\n    unit: ms\n    within: 5%\n    otherwise: No.\n${more}`);
  const point = (at: string, target: string, more = '') =>
    item(
      `    kind: point\n    at: ${at}\n    run: {scenario: first-request}\n    target: ${target}\n    otherwise: No.\n${more}`,
    );

  it.each([
    [
      'a place that is not there',
      choice.replace('see: there', 'see: nowhere'),
      /there is no place “nowhere”/,
    ],
    ['a claim that is none', choice.replace('Why?', 'After {tfb}?'), /no claim “tfb”; it has/],
    ['a claim that did not happen', number('{claim: ttfb, set: {server: down}}'), /did not happen/],
    [
      'a claim of another kind than the unit',
      number('{claim: packets}'),
      /“packets” is \d+, and the unit is ms/,
    ],
    [
      'a slip that is right',
      number('{claim: ttfb}', '    slips: [{near: 201, because: x}]\n'),
      /one of them is right/,
    ],
    ['a scenario that is none', point('packet', 'dns').replace('first-request', 'first'), /first/],
    [
      'a filter that lets nothing through',
      point('packet', 'dns and tcp', '    among: dns\n'),
      /no packet that is shown passes/,
    ],
    ['a filter that is none', point('packet', 'dsn', '    among: dns\n'), /dsn/],
    ['too many packets', point('packet', 'dns'), /\d+ packets are too many/],
    ['a machine that is none', point('machine', 'cloud'), /no machine that is shown is called “cloud”/],
    [
      'a machine that is not shown',
      point('machine', 'root', '    among: [laptop, home]\n'),
      /no machine is called “home”|not shown|“root”/,
    ],
    ['a field without a packet', point('field', 'Time to live'), /packet: a field or a byte needs one/],
    [
      'a field that is none',
      point('field', 'TTL', '    packet: dns\n    headers: [IPv4]\n'),
      /no field is called “TTL”; there are IPv4 \/ Version/,
    ],
    [
      'a field that stands twice',
      point('field', 'Source', '    packet: dns\n    headers: [Ethernet, IPv4]\n'),
      /stands 2 times; write/,
    ],
    [
      'a header that is none',
      point('field', 'Type', '    packet: dns\n    headers: [TCP]\n'),
      /has no “TCP”; it has Ethernet/,
    ],
    [
      'a generator that is none',
      'items: [{id: it, kind: generated, by: x, see: there}]',
      /no generator is called “x”/,
    ],
  ])('refuses %s, with file and item', async (_, yaml, why) => {
    await expect(build(yaml)).rejects.toThrow(/^content\/quiz\/1-test\.yaml: item “it”: /);
    await expect(build(yaml)).rejects.toThrow(why);
  });

  it('points at packets, fields, bytes and machines of a real run', async () => {
    const right = async (yaml: string) => {
      const [found] = (await build(yaml)).items;
      if (found?.kind !== 'point') throw new Error('no point');
      return { right: found.right, picture: found.picture };
    };
    // Eight messages, four of them answers.
    const answers = await right(point('packet', 'dns.flags.response == 1', '    among: dns\n'));
    expect(answers.right).toEqual([2, 4, 6, 7]);
    const packets = await right(point('packet', 'frame.number == 11', '    among: tcp.flags.syn == 1\n'));
    expect(packets.right).toEqual([0]);
    expect(packets.picture).toMatchObject({
      of: 'packet',
      rows: [{ number: 11, title: 'SYN', time: '96.2' }, {}, {}, {}],
    });
    const fields = await right(point('field', 'Time to live', '    packet: dns\n    headers: [IPv4]\n'));
    if (fields.picture.of !== 'field') throw new Error('no fields');
    expect(fields.picture.rows[fields.right[0]!]).toMatchObject({
      label: 'Time to live',
      value: '64 hops left',
    });
    const bytes = await right(point('byte', 'IPv4 / Time to live', '    packet: dns\n    headers: [IPv4]\n'));
    if (bytes.picture.of !== 'byte') throw new Error('no bytes');
    // RFC 791 §3.1: the time to live is the ninth byte of the header, which begins with 0x45 at byte 14 of the frame.
    expect([
      bytes.right,
      bytes.picture.first,
      bytes.picture.hex.slice(0, 2),
      bytes.picture.hex.slice(16, 18),
    ]).toEqual([[8], 14, '45', '40']);
    const machines = await right(point('machine', 'root'));
    if (machines.picture.of !== 'machine') throw new Error('no map');
    expect(machines.picture.machines[machines.right[0]!]?.label).toBe('Root server');
    expect(machines.picture.wide.names).toHaveLength(machines.picture.machines.length);
  });

  it('takes the number from the run, and says it as the run does', async () => {
    const [found] = (await build(number('{claim: ttfb, minus: connect}'))).items;
    expect(found).toMatchObject({ kind: 'number', shown: expect.stringMatching(/^5\d\u00a0ms$/) });
    const [count] = (
      await build(
        item(
          '    kind: number\n    right: {claim: resolverQueries}\n    unit: questions\n    otherwise: No.\n',
        ),
      )
    ).items;
    expect(count).toMatchObject({ right: 3, within: 0, shown: '3\u00a0questions' });
  });
});
