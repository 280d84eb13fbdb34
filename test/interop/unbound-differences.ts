/** Where Unbound's answers are others than ours, and why that may be. The first that explains a difference counts it. */
import { parseIp4 } from '../../src/engine/base/address.ts';
import { nameKey, sameName, selfAndAncestors } from '../../src/engine/wire/dns/name.ts';
import type { Hierarchy } from '../proto/dns/hierarchy.ts';
import type { Asked } from './unbound-questions.ts';

/** What the hierarchies give as the address of a server that has moved. */
const OLD_GLUE = parseIp4('203.0.113.99');

export interface Seen {
  readonly hierarchy: Hierarchy;
  readonly ours: Asked;
  readonly theirs: Asked;
}

export interface Difference {
  readonly what: string;
  readonly why: string;
  readonly explains: (seen: Seen) => boolean;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    what: 'one says NXDOMAIN, the other NODATA, about a name that is there because of names below it',
    why: 'one of the zone’s servers denies such names and another does not: whom each asked was drawn by lot',
    explains: (seen) => {
      const { ours, theirs } = seen;
      const rcodes = [ours.answer?.rcode, theirs.answer?.rcode].sort().join();
      const isSame = ours.answer?.records.join() === theirs.answer?.records.join();
      return rcodes === 'NOERROR,NXDOMAIN' && isSame && isDeniedBySome(seen.hierarchy, endOf(ours));
    },
  },
  {
    what: 'Unbound has not answered yet when ours has long had the answer',
    why: 'it gives a silent address five tries, each waiting twice as long; ours three (RFC 9520 §3.1), and looks after one for a better address than old glue',
    explains: ({ hierarchy, ours, theirs }) =>
      theirs.answer === undefined && ours.answer !== undefined && hasSilence(hierarchy),
  },
];

/** The two answers are the same: records as sets, and for a client a failure is one whether it is told or not. */
export function agree(ours: Asked, theirs: Asked): boolean {
  return outcomeOf(ours) === outcomeOf(theirs);
}

export function outcomeOf({ answer }: Asked): string {
  if (!answer || answer.rcode === 'SERVFAIL') return 'failed';
  return [answer.rcode, ...answer.records].join(' | ');
}

/** The name to which the aliases of an answer lead. */
function endOf({ name, answer }: Asked): string {
  let end = name;
  for (let i = 0; i < 20; i++) {
    const alias = answer?.records.find((record) => record.startsWith(`${end.toLowerCase()} cname `));
    if (alias === undefined) break;
    end = alias.split(' ')[2]!;
  }
  return end;
}

function isDeniedBySome({ zones }: Hierarchy, name: string): boolean {
  const zone = selfAndAncestors(nameKey(name))
    .map((one) => zones.get(one))
    .find((one) => one !== undefined);
  const isEmpty = zone?.records.every((record) => !sameName(record.name, name));
  return isEmpty === true && zone!.servers.some(({ faults }) => faults.has('ent-nxdomain'));
}

function hasSilence({ servers, zones }: Hierarchy): boolean {
  return (
    servers.some(({ faults }) => faults.has('silent') || faults.has('unreachable')) ||
    [...zones.values()].some(({ records }) => records.some(({ data }) => data === OLD_GLUE))
  );
}
