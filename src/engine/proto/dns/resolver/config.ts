/**
 * How a resolver behaves: one object, every field with a default, and the option of Unbound that has the same effect.
 *
 * The defaults are those of a careful resolver of today, and Unbound 1.17's unless the comment says otherwise. Weaker
 * settings exist for lessons: with them the resolver is one of the 1990s.
 */
import type { Family, Ip } from '../../../base/ip.ts';
import { type Nanoseconds, SECOND } from '../../../base/units.ts';

/** A name server and its addresses, where the walk begins (Unbound: `root-hints`). */
export interface RootHint {
  readonly name: string;
  readonly addresses: readonly Ip[];
}

/** Everything at and below `zone` is asked of other resolvers (Unbound: `forward-zone`). */
export interface ForwardZone {
  readonly zone: string;
  readonly servers: readonly Ip[];
  /** When they all fail, walk from the root instead (Unbound: `forward-first`). */
  readonly orWalk?: boolean;
}

/** RFC 8767 §5. Unbound: `serve-expired`, `serve-expired-client-timeout`, `-reply-ttl`, `-ttl`. */
export interface StaleConfig {
  /** A client waits so long for fresh data before it gets stale ones. */
  readonly clientTimer: Nanoseconds;
  /** Seconds that a stale answer says it may be kept. */
  readonly ttl: number;
  /** Seconds after expiry during which data may still be served. The RFC suggests one to three days. */
  readonly keep: number;
  /** After a failure, stale data are served at once for so long. */
  readonly recheck: Nanoseconds;
}

/** The values that RFC 8767 §4 and §5 recommend. */
export const STALE: StaleConfig = {
  clientTimer: 1.8 * SECOND,
  ttl: 30,
  keep: 86_400,
  recheck: 30 * SECOND,
};

/**
 * So that no answer from outside makes the resolver work without end (RFC 9520 §3.1; RFC 1034 §5.3.3 asks for it, too).
 */
export interface Limits {
  /** Queries sent for one question of a client, sub-questions included. Unbound 1.22: `max-global-quota` (200). */
  readonly queries: number;
  /** Queries sent to the servers of one zone before the walk moves on. Unbound: `max-sent-count` (32). */
  readonly queriesPerZone: number;
  /**
   * Queries to one server address for one question, over UDP. RFC 9520 §3.1 allows three; Unbound: `outbound-msg-retry`
   * (5).
   */
  readonly triesPerServer: number;
  /** How long the resolver works for one question (RFC 8767 §5 calls it the query resolution timer: 10 to 30 s). */
  readonly time: Nanoseconds;
  /** Aliases followed for one question. Unbound: `max-query-restarts` (11). */
  readonly aliases: number;
  /**
   * Questions about server addresses inside questions about server addresses. Unbound: the length of
   * `target-fetch-policy`, less one.
   */
  readonly depth: number;
  /**
   * Server names looked up for one delegation, which bounds NXNSAttack (Afek, Bremler-Barr and Shafir 2020: MaxFetch).
   */
  readonly lookups: number;
  /** Lookups of server names for one delegation that may end in nothing. Unbound has 5. */
  readonly vainLookups: number;
  /** Names of servers of one delegation that are looked at. */
  readonly servers: number;
  /** Questions worked on at once. Unbound: `num-queries-per-thread`. */
  readonly tasks: number;
  /** Clients that wait for one question. */
  readonly clients: number;
}

export const LIMITS: Limits = {
  queries: 64,
  queriesPerZone: 32,
  triesPerServer: 3,
  time: 30 * SECOND,
  aliases: 11,
  depth: 4,
  lookups: 8,
  vainLookups: 5,
  servers: 16,
  tasks: 1_000,
  clients: 256,
};

export interface ResolverConfig {
  /** Where the walk begins. */
  readonly hints: readonly RootHint[];
  /**
   * Ask the root for its servers before anything else (RFC 9609). Unbound does; off here, so that small runs stay
   * small.
   */
  readonly primeRoot: boolean;
  /** Families of addresses that servers are asked at. Unbound: `do-ip4`, `do-ip6`. */
  readonly families: readonly Family[];
  /**
   * QNAME minimisation (RFC 9156). `relaxed` asks for the whole name when a server answers oddly to a part of it.
   * Unbound: `qname-minimisation`, `qname-minimisation-strict`.
   */
  readonly minimise: 'off' | 'relaxed' | 'strict';
  /**
   * Nothing is below a name that does not exist (RFC 8020). Unbound's `harden-below-nxdomain` asks for signatures, too.
   */
  readonly nxdomainCut: boolean;
  /** Ask anew for what is popular in the last tenth of its time. Unbound: `prefetch`. */
  readonly prefetch: boolean;
  /** Answers that have expired, when nothing better is to be had (RFC 8767). Unbound: `serve-expired`. */
  readonly serveStale: StaleConfig | undefined;
  /**
   * Seconds for which a failure is kept: the first, and the most after doubling (RFC 9520 §3.2: at least 1, at most
   * 300).
   */
  readonly failureTtl: { readonly first: number; readonly most: number };
  /** IDs of queries. `sequential` is how it was before RFC 5452. */
  readonly ids: 'random' | 'sequential';
  /** Ports that queries leave from. A fixed one is how it was before RFC 5452. Unbound: `outgoing-port-avoid`. */
  readonly ports: 'random' | { readonly fixed: number };
  /** Letters of random case in questions (“0x20”). Unbound: `use-caps-for-id`. */
  readonly caseRandom: boolean;
  /** Cookies towards servers (RFC 7873). Unbound 1.17 sends none. */
  readonly cookies: boolean;
  /** Believe records about any name, as resolvers of the 1990s did. Never outside a lesson. */
  readonly credulous: boolean;
  /** One walk for all who ask the same. Without it forgers have better odds (RFC 5452 §5). */
  readonly joinQuestions: boolean;
  /**
   * A server that drops queries with EDNS is asked without in the last try. Resolvers gave that up in 2019; Unbound,
   * too.
   */
  readonly ednsFallbackOnSilence: boolean;
  /** Other resolvers to ask. Unbound: `forward-zone`. */
  readonly forward: readonly ForwardZone[];
  /**
   * Answer for localhost., invalid. and private reverse zones at once (RFC 6761, RFC 6303). Unbound: `local-zone`
   * defaults.
   */
  readonly specialNames: boolean;
  /** Tell what is cached to who asks without RD. Unbound: `allow_snoop`; its default `allow` refuses. */
  readonly allowSnoop: boolean;
  /**
   * Seconds for which data is kept at least and at most; absences at most. Unbound: `cache-min-ttl`, `cache-max-ttl`,
   * `cache-max-negative-ttl`.
   */
  readonly minTtl: number;
  readonly maxTtl: number;
  readonly maxNegativeTtl: number;
  /** Rows of the cache. */
  readonly cacheRows: number;
  readonly limits: Limits;
}

export const DEFAULTS: Omit<ResolverConfig, 'hints'> = {
  primeRoot: false,
  families: [4, 6],
  minimise: 'relaxed',
  nxdomainCut: true,
  prefetch: false,
  serveStale: undefined,
  failureTtl: { first: 5, most: 300 },
  ids: 'random',
  ports: 'random',
  caseRandom: false,
  cookies: false,
  credulous: false,
  joinQuestions: true,
  ednsFallbackOnSilence: false,
  forward: [],
  specialNames: true,
  allowSnoop: false,
  minTtl: 0,
  maxTtl: 86_400,
  maxNegativeTtl: 3_600,
  cacheRows: 10_000,
  limits: LIMITS,
};
