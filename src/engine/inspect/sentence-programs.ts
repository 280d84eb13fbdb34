/**
 * Sentences about the small programs of scenarios: customers who order, updaters who bring plans, a name server that
 * follows an ALIAS.
 */
import { bare, type Sentence, say, type Teller } from './sentence-words.ts';

type Detail = Parameters<Teller>[0];

/** What a program that only checks a server's health sends in place of an order. */
const PROBE = 'are you there?';

export const programTellers: Readonly<Record<string, Teller>> = {
  'order.sent': (d) =>
    say(
      'app',
      `sends order ${String(d['number'])} to ${String(d['to'])}`,
      `That is the address which it was given for ${bare(d['name'])}`,
    ),
  'order.taken': (d) =>
    d['order'] === PROBE
      ? say('app', `tells ${String(d['from'])} that it is there`, 'A check of its health asked')
      : say('app', `takes an order from ${String(d['from'])}, and confirms it`, 'It came to its port'),
  'order.confirmed': (d) =>
    say('app', `has order ${String(d['number'])} confirmed`, `${String(d['to'])} has taken it`),
  'order.lost': (d) =>
    d['to'] === null
      ? say(
          'app',
          `cannot send order ${String(d['number'])}: ${bare(d['name'])} has no address`,
          `The lookup ended with ${String(d['reason'])}`,
        )
      : say('app', `has lost order ${String(d['number'])} to ${String(d['to'])}`, String(d['reason'])),
  'plan.check': (d) =>
    say(
      'app',
      d['goes'] === true
        ? `finds that plan ${String(d['plan'])} is to be applied`
        : `leaves plan ${String(d['plan'])}`,
      String(d['reason']),
    ),
  'plan.apply': (d) =>
    say(
      'app',
      `applies plan ${String(d['plan'])} in place of plan ${String(d['over'])}: ${String(d['addresses'])}`,
      String(d['reason']),
    ),
  'plan.refused': (d) => say('app', `does not apply plan ${String(d['plan'])}`, String(d['reason'])),
  'plan.clean': cleaned,
  'alias.follow': (d) =>
    say(
      'dns',
      `publishes ${String(d['addresses'])} as its own`,
      `It has looked up where its ALIAS leads: ${bare(d['target'])}`,
    ),
  'alias.keep': (d) =>
    say(
      'dns',
      'goes on with the addresses that it has published',
      `Looking up where its ALIAS leads, ${bare(d['target'])}, ended with ${String(d['code'])}`,
    ),
};

function cleaned(d: Detail): Sentence | undefined {
  const plans = String(d['plans']);
  if (plans === '') return undefined;
  const which = plans.includes(',') ? `plans ${plans}` : `plan ${plans}`;
  return d['isInUse'] === true
    ? say('app', `deletes ${which}, and the name has no address any more`, String(d['reason']))
    : say('app', `deletes ${which}`, String(d['reason']));
}
