/**
 * Chains of aliases in an answer: CNAME records (RFC 1034 §3.6.2) and DNAME records (RFC 6672 §2.2, §3.4), whose CNAME
 * is made here and never taken from the server, so that it cannot disagree with its DNAME.
 */
import { CLASS, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { isSubdomain, MAX_NAME, sameName, wireLength } from '../../../wire/dns/name.ts';

export interface Chain {
  /** CNAME and DNAME records in the order of use; after each DNAME the CNAME that it makes. */
  readonly aliases: readonly DnsRecord[];
  /** Where the chain ends: the name asked when there are no aliases. */
  readonly end: string;
  /** A DNAME made a name that is too long (RFC 6672 §2.2: YXDOMAIN). */
  readonly tooLong: boolean;
}

/** The chain from `name` on. Each record is used once, so circles end. */
export function followAliases(answers: readonly DnsRecord[], name: string, type: number): Chain {
  const aliases: DnsRecord[] = [];
  let end = name;
  for (let i = 0; i <= answers.length; i++) {
    const dname = answers.find((one) => (one.type as number) === TYPE.DNAME && isBelow(end, one.name));
    if (dname) {
      const cname = synthesise(dname, end);
      if (!cname) return { aliases, end, tooLong: true };
      if (aliases.some((alias) => sameName(alias.name, cname.name))) break;
      aliases.push(dname, cname);
      if (type === TYPE.CNAME) break; // the CNAME is what was asked for
      end = targetOf(cname);
      continue;
    }
    if (type === TYPE.CNAME || type === TYPE.ANY) break;
    const cname = answers.find((one) => one.type === TYPE.CNAME && sameName(one.name, end));
    if (!cname || aliases.includes(cname)) break;
    aliases.push(cname);
    end = targetOf(cname);
  }
  return { aliases, end, tooLong: false };
}

/** The CNAME that a DNAME makes for a name below it (RFC 6672 §3.1); undefined when the new name is too long. */
export function synthesise(dname: DnsRecord, name: string): DnsRecord | undefined {
  const target = dname.data as string;
  const prefix = name.slice(0, name.length - (dname.name === '.' ? 0 : dname.name.length));
  const made = target === '.' ? prefix : prefix + target;
  if (wireLength(prefix) + wireLength(target) - 1 > MAX_NAME) return undefined;
  return { name, type: TYPE.CNAME, class: CLASS.IN, ttl: dname.ttl, data: made };
}

export function targetOf(alias: DnsRecord): string {
  return alias.data as string;
}

/** Of a chain, the records to keep: a CNAME that a DNAME made is made again when it is needed. */
export function keptAliases(aliases: readonly DnsRecord[]): DnsRecord[] {
  return aliases.filter((_, i) => i === 0 || (aliases[i - 1]!.type as number) !== TYPE.DNAME);
}

function isBelow(name: string, zone: string): boolean {
  return isSubdomain(name, zone) && !sameName(name, zone);
}
