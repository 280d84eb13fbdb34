import { type Attempt, edited, type Lab, load, say, switchOn, type } from './attempt.ts';

const scenario = 'lab-outage';
const parent = (minutes: number, ...edits: Parameters<typeof edited>[2][]) =>
  load(minutes, 'tld', 'example.', edited(scenario, 'tld', ...edits));
const TRUE_GLUE = ['198.51.100.66', '198.51.100.53'] as const;
const look = [
  type(2, 'laptop', 'dig @198.51.100.230 chaicart.example'),
  type(3, 'laptop', 'dig @198.51.100.20 chaicart.example'),
];

const attempt = (title: string, inputs: Attempt['inputs'], fails: Attempt['fails'] = {}): Attempt => ({
  title,
  inputs,
  fails,
});

export const outage: Lab = {
  scenario,
  solutions: [
    attempt('look, restart ns1, put the address at the registrar right', [
      ...look,
      say(6, 'delegation'),
      switchOn(8, 'ns1'),
      parent(10, TRUE_GLUE),
    ]),
  ],
  traps: [
    attempt('ns1 restarted, and back to bed', [...look, say(6, 'delegation'), switchOn(8, 'ns1')], {
      delegation: { state: 'open', because: /198\.51\.100\.66, where somebody else refuses/ },
    }),
    attempt(
      'the delegation put right, and ns1 left as it is',
      [...look, say(6, 'delegation'), parent(10, TRUE_GLUE)],
      {
        delegation: { state: 'open', because: /ns1\.chaicart\.example is named, and says nothing: it hangs/ },
      },
    ),
    attempt(
      'the false address taken out, with its server',
      [
        ...look,
        say(6, 'delegation'),
        switchOn(8, 'ns1'),
        parent(10, ['chaicart  NS  ns2.chaicart\n', ''], ['ns2.chaicart  A  198.51.100.66\n', '']),
      ],
      { delegation: { state: 'open', because: /one server only, ns1\.chaicart\.example/ } },
    ),
    attempt('a guess', [say(1, 'delegation'), switchOn(8, 'ns1'), parent(10, TRUE_GLUE)], {
      diagnosis: { state: 'open', because: /no server had been asked/ },
      delegation: { state: 'open', because: /once you know/ },
    }),
    attempt('the wrong suspect', [...look, say(6, 'resolver'), switchOn(8, 'ns1'), parent(10, TRUE_GLUE)], {
      diagnosis: { state: 'missed', because: /The public resolver is not at fault/ },
      delegation: { state: 'open', because: /once you know/ },
    }),
    attempt(
      'ns2’s record bent to the false address as well',
      [
        ...look,
        say(6, 'delegation'),
        switchOn(8, 'ns1'),
        load(9, 'ns2', 'chaicart.example.', edited(scenario, 'ns2', [/198\.51\.100\.53/, '198.51.100.66'])),
        parent(10, TRUE_GLUE),
      ],
      { rest: { state: 'missed', because: /In ChaiCart’s zone on ns2, .*198\.51\.100\.53” is gone/ } },
    ),
    attempt(
      'a hand slips in the parent’s zone',
      [
        ...look,
        say(6, 'delegation'),
        switchOn(8, 'ns1'),
        parent(10, TRUE_GLUE, ['a.root  518400  A  198.51.100.4\n', '']),
      ],
      {
        rest: {
          state: 'missed',
          because: /a\.root\.example\. A 198\.51\.100\.4” is gone, and that was not yours/,
        },
      },
    ),
  ],
};
