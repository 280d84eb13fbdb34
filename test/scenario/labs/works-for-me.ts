import { type Attempt, edited, type Lab, load, type } from './attempt.ts';

const scenario = 'lab-works-for-me';
const RAISED = ['2026112001', '2026112002'] as const;
const SHORTER = [/86400( +; how long)/, '300$1'] as const;
const zone = (minutes: number, more: string, ...edits: Parameters<typeof edited>[2][]) =>
  load(minutes, 'ns1', 'chaicart.example.', `${edited(scenario, 'ns1', ...edits)}${more}`);
const SHOP = 'shop  300  A  192.0.2.80\n';
const clean = type(4, 'laptop', 'echo 127.0.0.1 localhost | sudo tee /etc/hosts');

const attempt = (title: string, inputs: Attempt['inputs'], fails: Attempt['fails'] = {}): Attempt => ({
  title,
  inputs,
  fails,
});

export const worksForMe: Lab = {
  scenario,
  solutions: [
    attempt('add the record, shorten “no”, clean the hosts file, and wait', [
      zone(10, SHOP, RAISED, SHORTER),
      clean,
    ]),
    attempt('the same, and the provider empties its cache', [
      zone(10, SHOP, RAISED, SHORTER),
      clean,
      type(11, 'resolver', 'unbound-control flush shop.chaicart.example'),
    ]),
  ],
  traps: [
    attempt('only the zone', [zone(10, SHOP, RAISED, SHORTER)], {
      engineer: { state: 'open', because: /192\.0\.2\.180 from its hosts file/ },
    }),
    attempt(
      'the hosts file put right by hand',
      [
        zone(10, SHOP, RAISED, SHORTER),
        clean,
        type(5, 'laptop', 'echo 192.0.2.80 shop.chaicart.example | sudo tee -a /etc/hosts'),
      ],
      { engineer: { state: 'open', because: /right, but the engineer’s laptop has it from its hosts file/ } },
    ),
    attempt('“no” left at an hour', [zone(10, SHOP, RAISED), clean], {
      negative: {
        state: 'open',
        because: /kept for 1\u00a0h: the SOA’s last field is 86400 s, and its TTL 3600 s/,
      },
    }),
    attempt(
      'a name without its dot',
      [zone(10, 'shop.chaicart.example  300  A  192.0.2.80\n', RAISED, SHORTER), clean],
      {
        customers: { state: 'open', because: /still got ENOTFOUND/ },
        engineer: { state: 'open', because: /asks like everybody else, and gets ENOTFOUND/ },
        rest: {
          state: 'missed',
          because: /shop\.chaicart\.example\.chaicart\.example\. A 192\.0\.2\.80” is new/,
        },
      },
    ),
    attempt(
      'the address of the hosts file copied into the zone',
      [zone(10, 'shop  300  A  192.0.2.180\n', RAISED, SHORTER), clean],
      {
        customers: { state: 'missed', because: /sent to the staging machine/ },
        engineer: { state: 'open', because: /gets 192\.0\.2\.180/ },
      },
    ),
    attempt('the serial forgotten', [zone(10, SHOP, SHORTER), clean], {
      rest: { state: 'missed', because: /serial that had not grown/ },
    }),
  ],
};
