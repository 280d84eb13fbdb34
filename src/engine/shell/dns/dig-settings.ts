/**
 * What one lookup of dig is to do, with dig's defaults: `+flags` change it (dig-flags.ts).
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Ip } from '../../base/ip.ts';
import { CLASS, TYPE } from '../../wire/dns/code.ts';
import type { EdnsOption } from '../../wire/dns/message.ts';
import type { LineStyle } from './columns.ts';
import type { QuerySettings } from './query.ts';

export interface DigServer {
  readonly address: Ip;
  /** As it was typed behind the @; the address itself when it comes from resolv.conf. */
  readonly name: string;
}

export interface DigSettings {
  name: string;
  type: number;
  class: number;
  isTypeSet: boolean;
  isClassSet: boolean;
  /** Undefined: those of resolv.conf. */
  servers: readonly DigServer[] | undefined;
  // the query
  opcode: number;
  id: number | undefined;
  aa: boolean;
  tc: boolean;
  rd: boolean;
  ra: boolean;
  z: boolean;
  ad: boolean;
  cd: boolean;
  isHeaderOnly: boolean;
  /** −1 for none, as long as nothing else asks for EDNS. */
  edns: number;
  /** −1 for the usual one. */
  udpSize: number;
  ednsFlags: number;
  ednsOptions: readonly EdnsOption[];
  negotiatesEdns: boolean;
  isDnssec: boolean;
  hasCookie: boolean;
  cookie: Bytes | undefined;
  retriesBadCookie: boolean;
  hasNsid: boolean;
  subnet: Bytes | undefined;
  hasExpire: boolean;
  hasKeepalive: boolean;
  padding: number;
  // how it is asked
  isTcp: boolean;
  isTcpSet: boolean;
  /** Seconds. */
  timeout: number;
  tries: number;
  ignoresTruncation: boolean;
  stopsAtServfail: boolean;
  isTolerant: boolean;
  usesSearch: boolean;
  showsSearch: boolean;
  isTrace: boolean;
  // what is shown
  showsQuery: boolean;
  question: boolean;
  answer: boolean;
  authority: boolean;
  additional: boolean;
  comments: boolean;
  stats: boolean;
  identify: boolean;
  multiline: boolean;
  /** Undefined: with +multiline only. */
  rrComments: boolean | undefined;
  ttl: boolean;
  ttlUnits: boolean;
  showsClass: boolean;
  crypto: boolean;
  unknownFormat: boolean;
  expandsAaaa: boolean;
  split: number | undefined;
}

export const DIG_DEFAULTS: Readonly<DigSettings> = {
  name: '.',
  type: TYPE.A,
  class: CLASS.IN,
  isTypeSet: false,
  isClassSet: false,
  servers: undefined,
  opcode: 0,
  id: undefined,
  aa: false,
  tc: false,
  rd: true,
  ra: false,
  z: false,
  ad: true,
  cd: false,
  isHeaderOnly: false,
  edns: 0,
  udpSize: -1,
  ednsFlags: 0,
  ednsOptions: [],
  negotiatesEdns: true,
  isDnssec: false,
  hasCookie: true,
  cookie: undefined,
  retriesBadCookie: true,
  hasNsid: false,
  subnet: undefined,
  hasExpire: false,
  hasKeepalive: false,
  padding: 0,
  isTcp: false,
  isTcpSet: false,
  timeout: 5,
  tries: 3,
  ignoresTruncation: false,
  stopsAtServfail: true,
  isTolerant: true,
  usesSearch: false,
  showsSearch: false,
  isTrace: false,
  showsQuery: false,
  question: true,
  answer: true,
  authority: true,
  additional: true,
  comments: true,
  stats: true,
  identify: false,
  multiline: false,
  rrComments: undefined,
  ttl: true,
  ttlUnits: false,
  showsClass: true,
  crypto: true,
  unknownFormat: false,
  expandsAaaa: false,
  split: undefined,
};

/** What the settings of all lookups of one command share. */
export interface DigGlobals {
  port: number;
  family: 4 | 6 | undefined;
  isShort: boolean;
  printsCommand: boolean;
  /** Times in microseconds. */
  isFine: boolean;
  /** Of +ndots and +domain; undefined: those of resolv.conf. */
  ndots: number | undefined;
  domain: string | undefined;
}

/** RFC 9715 §3 allows up to 1,400; this is what BIND sends. */
const UDP_SIZE = 1232;

export function queryOf(settings: DigSettings): QuerySettings {
  const hasEdns =
    settings.edns >= 0 || settings.udpSize >= 0 || settings.isDnssec || settings.subnet !== undefined;
  return {
    type: settings.type,
    class: settings.class,
    opcode: settings.opcode,
    recursionDesired: settings.rd,
    authoritative: settings.aa,
    truncated: settings.tc,
    recursionAvailable: settings.ra,
    authenticData: settings.ad,
    checkingDisabled: settings.cd,
    hasReserved: settings.z,
    isHeaderOnly: settings.isHeaderOnly,
    edns: hasEdns
      ? {
          version: Math.max(0, settings.edns),
          udpSize: settings.udpSize < 0 ? UDP_SIZE : settings.udpSize,
          dnssecOk: settings.isDnssec,
          flags: settings.ednsFlags,
          hasNsid: settings.hasNsid,
          subnet: settings.subnet,
          hasExpire: settings.hasExpire,
          hasKeepalive: settings.hasKeepalive,
          padding: settings.padding,
          options: settings.ednsOptions,
        }
      : undefined,
  };
}

export function lineStyleOf(settings: DigSettings): LineStyle {
  return {
    hasTtl: settings.ttl,
    hasClass: settings.showsClass,
    hasUnits: settings.ttlUnits,
    data: {
      isMultiline: settings.multiline,
      hasComments: settings.rrComments ?? settings.multiline,
      hasCrypto: settings.crypto,
      split: settings.split,
      isUnknown: settings.unknownFormat,
      expandsAaaa: settings.expandsAaaa,
    },
  };
}
