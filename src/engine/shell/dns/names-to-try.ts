/**
 * Which absolute names BIND's tools try for what was typed: with its search list when they use one, otherwise as it is.
 *
 * Enough dots, and the name as it is comes first (resolv.conf(5) ndots); a name with a dot at its end is tried alone.
 */
import { Malformed } from '../../base/errors.ts';
import { canonicalName } from '../../wire/dns/name.ts';

export interface SearchRules {
  readonly isUsed: boolean;
  readonly ndots: number;
  readonly search: readonly string[];
}

/** Or why the name is no name, in BIND's words. */
export function namesToTry(typed: string, rules: SearchRules): readonly string[] | string {
  const isAbsolute = typed.endsWith('.') && !typed.endsWith('\\.');
  const whole = isAbsolute ? typed : `${typed}.`;
  const names = [whole];
  if (!isAbsolute && rules.isUsed) {
    const dots = typed.split('.').length - 1;
    const others = rules.search.map((domain) => `${whole}${domain.replace(/\.$/, '')}.`);
    if (dots >= rules.ndots) names.push(...others);
    else names.unshift(...others);
  }
  try {
    return names.map((name) => canonicalName(name));
  } catch (error) {
    if (error instanceof Malformed) return problemOf(typed);
    throw error;
  }
}

function problemOf(typed: string): string {
  if (/(^|[^\\])\.\./.test(typed) || typed.startsWith('.')) return 'empty label';
  if (typed.split('.').some((label) => label.length > 63)) return 'label too long';
  return typed.length > 253 ? 'ran out of space' : 'bad escape';
}
