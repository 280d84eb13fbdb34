/**
 * What a lookup that found nothing is called: to programs, in a message, and in words.
 */
import { RCODE } from '../../../wire/dns/code.ts';
import type { Answer } from './answer.ts';
import type { NameOutcome } from './search-list.ts';

/** What getaddrinfo(3) would report when there is no address. */
export type StubError = 'EAI_AGAIN' | 'EAI_NONAME' | 'EAI_NODATA' | 'EAI_FAIL';

const ERRORS: Readonly<Record<NameOutcome, StubError>> = {
  found: 'EAI_NODATA',
  nodata: 'EAI_NODATA',
  nxdomain: 'EAI_NONAME',
  servfail: 'EAI_AGAIN',
  failed: 'EAI_AGAIN',
  'no-server': 'EAI_AGAIN',
  unrecoverable: 'EAI_FAIL',
};
/** The RCODE that says about as much. */
export const ERROR_RCODES: Readonly<Record<StubError | 'none', number>> = {
  none: RCODE.NOERROR,
  EAI_NODATA: RCODE.NOERROR,
  EAI_NONAME: RCODE.NXDOMAIN,
  EAI_AGAIN: RCODE.SERVFAIL,
  EAI_FAIL: RCODE.SERVFAIL,
};

/**
 * Without records of a type asked. getaddrinfo tells a name that leads to nothing, and a question that servers cannot
 * read, as a name that does not exist; c-ares tells them apart.
 */
export function errorOf(outcome: NameOutcome, answers: readonly Answer[], isQuery: boolean): StubError {
  if (!isQuery && (outcome === 'found' || outcome === 'unrecoverable')) return 'EAI_NONAME';
  const isMissing = answers.length > 0 && answers.every(({ rcode }) => rcode === RCODE.NXDOMAIN);
  return outcome === 'found' && isMissing ? 'EAI_NONAME' : ERRORS[outcome];
}

const OUTCOME_WORDS: Readonly<Record<NameOutcome, string>> = {
  found: 'exists',
  nodata: 'has no such record',
  nxdomain: 'does not exist',
  servfail: 'could not be resolved',
  failed: 'was asked for in vain',
  'no-server': 'could be asked of nobody',
  unrecoverable: 'cannot be asked for',
};

export function sayOutcome(name: string, outcome: NameOutcome): string {
  return `${name} ${OUTCOME_WORDS[outcome]}`;
}
