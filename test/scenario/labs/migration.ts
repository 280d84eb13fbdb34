import { type Attempt, edited, type Lab, load, switchOn } from './attempt.ts';

const scenario = 'lab-migration';
const HOUR = 60;
const [OLD, NEW] = ['192.0.2.80', '192.0.2.180'];
const ORIGIN = 'chaicart.example.';

/** The zone with these seconds and this address at the top, as its `version`-th text. */
function zone(version: number, ttl: number, address = OLD): string {
  return edited(
    scenario,
    'ns1',
    ...(version === 1 ? [] : [['2026112001', `20261120${String(version).padStart(2, '0')}`] as const]),
    [/^@ +43200 +A +192\.0\.2\.80$/m, `@  ${ttl}  A  ${address}`],
  );
}
const at = (hours: number, text: string) => load(hours * HOUR, 'ns1', ORIGIN, text);

const attempt = (title: string, inputs: Attempt['inputs'], fails: Attempt['fails'] = {}): Attempt => ({
  title,
  inputs,
  fails,
});

export const migration: Lab = {
  scenario,
  solutions: [
    attempt('lower, wait one old TTL, change, wait, raise', [
      at(1, zone(2, 300)),
      switchOn(2 * HOUR, 'chaicart-new'),
      at(14, zone(3, 300, NEW)),
      at(20, zone(4, 3600, NEW)),
    ]),
    attempt('change one old TTL before the end, and never lower anything', [
      switchOn(HOUR, 'chaicart-new'),
      at(20, zone(2, 43_200, NEW)),
    ]),
  ],
  traps: [
    attempt(
      'the change when the contract ends, the TTL lowered with it',
      [switchOn(HOUR, 'chaicart-new'), at(36, zone(2, 3600, NEW))],
      {
        orders: { state: 'missed', because: /went to the old server, 192\.0\.2\.80, and nobody was there/ },
        left: { state: 'missed', because: /6 of the six resolvers still had its address/ },
      },
    ),
    attempt(
      'the TTL lowered an hour before',
      [switchOn(HOUR, 'chaicart-new'), at(34, zone(2, 300)), at(35, zone(3, 3600, NEW))],
      {
        orders: { state: 'missed', because: /went to the old server/ },
        left: { state: 'missed', because: /still had its address/ },
      },
    ),
    attempt(
      'the change before the new server is on',
      [
        at(1, zone(2, 300)),
        at(14, zone(3, 300, NEW)),
        switchOn(18 * HOUR, 'chaicart-new'),
        at(20, zone(4, 3600, NEW)),
      ],
      {
        orders: { state: 'missed', because: /went to the new server, 192\.0\.2\.180, and nobody was there/ },
      },
    ),
    attempt(
      'the TTL never raised again',
      [at(1, zone(2, 300)), switchOn(2 * HOUR, 'chaicart-new'), at(14, zone(3, 300, NEW))],
      {
        settled: { state: 'open', because: /TTL of 5\u00a0min for good/ },
        load: { state: 'missed', because: /110 are allowed/ },
      },
    ),
    attempt(
      'no TTL at all, for two days',
      [
        at(0, zone(2, 1)),
        switchOn(2 * HOUR, 'chaicart-new'),
        at(14, zone(3, 1, NEW)),
        at(47, zone(4, 3600, NEW)),
      ],
      { load: { state: 'missed', because: /a low TTL has its price/ } },
    ),
    attempt('the serial forgotten', [switchOn(HOUR, 'chaicart-new'), at(20, zone(1, 43_200, NEW))], {
      tidy: { state: 'missed', because: /2026112001 after 2026112001/ },
    }),
    attempt(
      'a CNAME at the top',
      [
        switchOn(HOUR, 'chaicart-new'),
        at(10, zone(2, 300).replace('A  192.0.2.80', 'CNAME new.chaicart.example.')),
        at(20, zone(3, 43_200, NEW)),
      ],
      { tidy: { state: 'missed', because: /The server refused a zone: .*CNAME/ } },
    ),
    attempt(
      'both addresses for good',
      [
        switchOn(HOUR, 'chaicart-new'),
        at(10, zone(2, 3600).replace('A  192.0.2.80', 'A  192.0.2.80\n@ 3600 A 192.0.2.180')),
      ],
      {
        orders: { state: 'missed', because: /old server/ },
        left: { state: 'missed', because: /./ },
        settled: { state: 'open', because: /192\.0\.2\.80 and 192\.0\.2\.180/ },
      },
    ),
    attempt(
      'the old server switched on again after its time',
      [switchOn(HOUR, 'chaicart-new'), at(36, zone(2, 3600, NEW)), switchOn(36 * HOUR + 1, 'chaicart')],
      { left: { state: 'missed', because: /no longer yours/ } },
    ),
  ],
};
