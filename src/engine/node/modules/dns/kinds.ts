/**
 * What a resolver of a program may ask for: the types of records, the names of the functions that ask for them, and what
 * these give. The types of those functions follow from this table.
 */
import { TYPE } from '../../../wire/dns/code.ts';
import type { DnsMessage } from '../../../wire/dns/message.ts';
import {
  addressesIn,
  addressesWithTtlIn,
  aliasIn,
  authorityIn,
  certificatesIn,
  certifiersIn,
  everythingIn,
  mailServersIn,
  namesIn,
  pointersIn,
  servicesIn,
  textsIn,
} from './records.ts';

/** `V`: what programs get. `W`: what they get when they ask for the time to live, too, where there is one. */
export interface Kind<V, W = V, M extends string = string, R extends string = string> {
  readonly rrtype: R;
  /** The name of the function of a resolver, and of what c-ares is asked. */
  readonly method: M;
  readonly binding: string;
  readonly type: number;
  read(message: DnsMessage): V;
  readWithTtl(message: DnsMessage): W;
}

const kind = <V, R extends string, M extends string>(
  rrtype: R,
  method: M,
  binding: string,
  type: number,
  read: (message: DnsMessage) => V,
): Kind<V, V, M, R> => ({ rrtype, method, binding, type, read, readWithTtl: read });

const addresses = <R extends string, M extends string>(
  rrtype: R,
  method: M,
  binding: string,
  type: typeof TYPE.A | typeof TYPE.AAAA,
) => ({
  ...kind(rrtype, method, binding, type, (message) => addressesIn(message, type)),
  readWithTtl: (message: DnsMessage) => addressesWithTtlIn(message, type),
});

/** In the order of Node's own table. The types of all functions that resolve follow from it. */
export const KINDS = [
  kind('ANY', 'resolveAny', 'queryAny', 255, everythingIn),
  addresses('A', 'resolve4', 'queryA', TYPE.A),
  addresses('AAAA', 'resolve6', 'queryAaaa', TYPE.AAAA),
  kind('CAA', 'resolveCaa', 'queryCaa', TYPE.CAA, certifiersIn),
  kind('CNAME', 'resolveCname', 'queryCname', TYPE.CNAME, aliasIn),
  kind('MX', 'resolveMx', 'queryMx', TYPE.MX, mailServersIn),
  kind('NS', 'resolveNs', 'queryNs', TYPE.NS, (message) => namesIn(message, TYPE.NS)),
  kind('TLSA', 'resolveTlsa', 'queryTlsa', 52, (message) => certificatesIn(message)),
  kind('TXT', 'resolveTxt', 'queryTxt', TYPE.TXT, textsIn),
  kind('SRV', 'resolveSrv', 'querySrv', TYPE.SRV, servicesIn),
  kind('PTR', 'resolvePtr', 'queryPtr', TYPE.PTR, (message) => namesIn(message, TYPE.PTR)),
  kind('NAPTR', 'resolveNaptr', 'queryNaptr', 35, (message) => pointersIn(message, undefined)),
  kind('SOA', 'resolveSoa', 'querySoa', TYPE.SOA, (message) => authorityIn(message, undefined)),
] as const;

type Listed = (typeof KINDS)[number];
/** What each method gives, without and with the time to live. */
export type Values = { readonly [K in Listed as K['method']]: ReturnType<K['read']> };
export type ValuesWithTtl = { readonly [K in Listed as K['method']]: ReturnType<K['readWithTtl']> };
export type Method = Listed['method'];
export type Rrtype = Listed['rrtype'];
export type Value<R extends Rrtype> = Values[Extract<Listed, { rrtype: R }>['method']];
/** Those whose values are names or addresses. */
export type PlainRrtype = 'A' | 'AAAA' | 'CNAME' | 'NS' | 'PTR';

/** A program's callback: without a value when there is an error, though Node's types do not say so. */
export type Done<V> = (error: NodeJS.ErrnoException | null, value: V) => void;
