/** Where a real server answers otherwise, and why ours may. The first that explains a difference counts it. */

import { CLASS, TYPE } from '../../src/engine/wire/dns/code.ts';
import { ednsOf } from '../../src/engine/wire/dns/message.ts';
import type { Part, Readable } from './authority-compare.ts';
import type { Question } from './authority-queries.ts';
import type { Kind } from './authority-servers.ts';

export interface Seen {
  readonly kind: Kind;
  readonly question: Question;
  readonly ours: Readable;
  readonly theirs: Readable;
}

export interface Difference {
  readonly of: readonly Kind[];
  readonly what: string;
  readonly spec: string;
  readonly explains: (seen: Seen, parts: readonly Part[]) => boolean;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    of: ['named'],
    what: 'class ANY is FORMERR; ours answers as for IN, without authority',
    spec: 'RFC 1035 §6.2',
    explains: (seen) => asked(seen).class === CLASS.ANY && seen.theirs.rcode === 'FORMERR',
  },
  {
    of: ['nsd'],
    what: 'class ANY is answered as for IN, but without authority and additional sections, and with AA when an alias came first',
    spec: 'RFC 1035 §6.2 speaks of the AA bit alone',
    explains: (seen, parts) =>
      asked(seen).class === CLASS.ANY && only(parts, 'authorities', 'additionals', 'flags'),
  },
  {
    of: ['named'],
    what: 'another class is NOTIMP; ours refuses, as NSD does',
    spec: 'RFC 1035 §4.1.1: REFUSED is for reasons of policy',
    explains: (seen) => !isIn(seen) && seen.theirs.rcode === 'NOTIMP' && seen.ours.rcode === 'REFUSED',
  },
  {
    of: ['nsd'],
    what: 'a refusal of another class does not repeat the question',
    spec: 'RFC 1035 §4.1.2: the question section carries the question in most queries',
    explains: (seen, parts) => !isIn(seen) && only(parts, 'question') && seen.theirs.question === '',
  },
  {
    of: ['nsd', 'named'],
    what: 'a transfer asked for over UDP is FORMERR or NOTIMP; ours says REFUSED or NOTAUTH, as over TCP',
    spec: 'RFC 5936 §2.2.1 note e, §4.2: over UDP it is not defined',
    explains: (seen, parts) =>
      [TYPE.IXFR, TYPE.AXFR].includes(asked(seen).type as never) &&
      only(parts, 'rcode') &&
      /REFUSED|NOTAUTH/.test(seen.ours.rcode),
  },
  {
    of: ['nsd', 'named'],
    what: 'types of messages (OPT, TKEY, TSIG, NXNAME) are answered as data, FORMERR or NOTIMP; ours refuses them',
    spec: 'RFC 6895 §3.1: they are no data',
    explains: (seen) =>
      [TYPE.OPT, 128, 249, 250].includes(asked(seen).type as never) && seen.ours.rcode === 'REFUSED',
  },
  {
    of: ['named'],
    what: 'MAILA and MAILB are NOTIMP; ours takes them for types without data, as NSD does',
    spec: 'RFC 8906 §3.1.2: an answer is due',
    explains: (seen) => [253, 254].includes(asked(seen).type) && seen.theirs.rcode === 'NOTIMP',
  },
  {
    of: ['nsd', 'named'],
    what: 'another choice of sets answers ANY: NSD sends one also over TCP, BIND hides DNSSEC’s and sets AD',
    spec: 'RFC 8482 §4.1',
    explains: (seen, parts) =>
      asked(seen).type === TYPE.ANY &&
      only(parts, 'answers', 'authorities', 'additionals', 'chain', 'flags') &&
      owners(seen.theirs).every((name) => owners(seen.ours).includes(name)),
  },
  {
    of: ['nsd', 'named'],
    what: 'as much as fits goes with TC; ours sends the question alone',
    spec: 'RFC 2181 §9: what comes with TC is to be ignored',
    explains: (seen, parts) =>
      seen.ours.message.truncated &&
      seen.theirs.message.truncated &&
      only(parts, 'answers', 'authorities', 'additionals', 'chain'),
  },
  {
    of: ['named'],
    what: 'a circle of aliases is SERVFAIL',
    spec: 'RFC 1034 §3.6.2 wants it signalled, not by whom: ours leaves it to the resolver, as NSD does',
    explains: (seen) => seen.theirs.rcode === 'SERVFAIL' && seen.ours.message.authorities.length === 0,
  },
  {
    of: ['named'],
    what: 'an alias is not followed into another zone',
    spec: 'RFC 1034 §4.3.2 step 3a: go back to step 1, over all zones',
    explains: (seen) => {
      return (
        (seen.theirs.answers.length > 0 || seen.theirs.message.truncated) &&
        seen.theirs.rcode === 'NOERROR' &&
        (seen.ours.message.truncated ||
          seen.theirs.answers.every((record) => seen.ours.answers.includes(record))) &&
        seen.theirs.message.answers.every(({ type }) => type === TYPE.CNAME || type === TYPE.DNAME)
      );
    },
  },
  {
    of: ['named'],
    what: 'NSEC of an alias is said not to be there; ours follows the alias, as NSD does',
    spec: 'RFC 1034 §4.3.2 step 3a; RFC 4035 §2.5 lets NSEC stand beside CNAME',
    explains: (seen) => asked(seen).type === TYPE.NSEC && seen.theirs.answers.length === 0,
  },
  {
    of: ['named'],
    what: 'with 512 bytes of EDNS only what is needed is sent',
    spec: 'RFC 2181 §9: the additional section is optional, and so is the authority section of a positive answer',
    explains: (seen, parts) =>
      only(parts, 'authorities', 'additionals') &&
      (ednsOf(seen.question.message)?.udpSize ?? 0) === 512 &&
      isFewer(seen),
  },
  {
    of: ['named'],
    what: 'a referral comes with glue only, not with addresses that are the zone’s own data',
    spec: 'RFC 1034 §4.3.2 step 3b: whatever addresses are available',
    explains: (seen, parts) =>
      only(parts, 'additionals') && !seen.ours.message.authoritative && isFewer(seen),
  },
  {
    of: ['nsd'],
    what: 'where not all addresses fit, others are left out: NSD skips a set that is too large, ours the last ones',
    spec: 'RFC 2181 §9: the additional section is optional',
    explains: ({ question, ours, theirs }, parts) => {
      const limit = ednsOf(question.message)?.udpSize ?? 512;
      return only(parts, 'additionals') && Math.min(ours.size, theirs.size) > Math.min(limit, 1232) - 60;
    },
  },
  {
    of: ['named'],
    what: 'for a set of more than thirteen records no addresses are added',
    spec: 'RFC 2181 §9: the additional section is optional',
    explains: (seen, parts) =>
      only(parts, 'additionals') && seen.ours.message.answers.length > 13 && isFewer(seen),
  },
  {
    of: ['named'],
    what: 'TC is set when the NS records beside a positive answer do not fit',
    spec: 'RFC 2181 §9: not merely because something extra could have been included',
    explains: ({ ours, theirs }, parts) =>
      only(parts, 'flags') &&
      theirs.message.truncated &&
      ours.answers.length > 0 &&
      ours.authorities.length === 0,
  },
  {
    of: ['nsd'],
    what: 'names are compressed whatever their case, so that a little more fits; ours keeps the case of each',
    spec: 'RFC 1035 §4.1.4: compression is optional; RFC 4343 §4.1 compares without case where a pointer is made, and loses it',
    explains: ({ question, ours, theirs }) => {
      const limit = ednsOf(question.message)?.udpSize ?? 512;
      return ours.message.truncated && theirs.size > limit - 40 && /[A-Z]/.test(ours.question);
    },
  },
  {
    of: ['nsd'],
    what: 'nothing is added for SVCB and HTTPS (NSD 4.6)',
    spec: 'RFC 9460 §4.1',
    explains: (seen, parts) =>
      only(parts, 'additionals') &&
      seen.ours.message.answers.some(({ type }) => type === TYPE.SVCB || type === TYPE.HTTPS) &&
      isFewer(seen),
  },
];

function asked({ question }: Seen) {
  return question.message.questions[0]!;
}

function isIn(seen: Seen): boolean {
  return asked(seen).class === CLASS.IN;
}

function only(parts: readonly Part[], ...allowed: Part[]): boolean {
  return parts.every((part) => allowed.includes(part));
}

function owners({ message }: Readable): string[] {
  return message.answers.map(({ name }) => name.toLowerCase());
}

/** They send a part of what we send. */
function isFewer({ ours, theirs }: Seen): boolean {
  return (
    theirs.authorities.every((record) => ours.authorities.includes(record)) &&
    theirs.additionals.every((record) => ours.additionals.includes(record))
  );
}
