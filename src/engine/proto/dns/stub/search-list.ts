/**
 * In which order a name is tried with the domains of the search list, and when the search ends (resolv.conf(5) `search`
 * and `ndots`; RFC 1034 §3.1: names that are not complete are completed by local software).
 *
 * As glibc's res_search: enough dots, or one at the end, and the name is tried as it is first; then the domains in
 * their order; at the end as it is, if it was not. A name that does not exist, has no such records, or cannot be
 * resolved by its servers (SERVFAIL) leads to the next domain; silence or another error ends the search.
 *
 * Pure: it is told what came of each name. Not here: aliases of HOSTALIASES.
 */

/** What came of a name: `found` with records of any kind, or what stands in the way. */
export type NameOutcome =
  | 'found'
  | 'nodata'
  | 'nxdomain'
  /** The servers say that they cannot tell. */
  | 'servfail'
  /** Nobody answered, or only with other errors. */
  | 'failed'
  /** All servers refused the datagrams. */
  | 'no-server'
  /** The question itself cannot be asked. */
  | 'unrecoverable';

export interface Candidate {
  /** Absolute, with its dot; not checked. */
  readonly name: string;
  readonly reason: string;
}

export interface SearchOptions {
  readonly search: readonly string[];
  readonly ndots: number;
  readonly noTldQuery: boolean;
}

type Stage = 'as-is-first' | 'list' | 'as-is-last' | 'over';

export class SearchList {
  readonly #name: string;
  readonly #options: SearchOptions;
  readonly #dots: number;
  #stage: Stage = 'as-is-first';
  #domain = 0;
  #isRootOnList = false;
  #asIs: NameOutcome | undefined;
  #last: NameOutcome = 'nxdomain';
  #sawNodata = false;
  #sawServfail = false;
  #isRefused = false;

  constructor(name: string, options: SearchOptions) {
    this.#name = name;
    this.#options = options;
    this.#dots = name.split('.').length - 1;
  }

  /** The name to ask now; undefined when the search is over. */
  next(): Candidate | undefined {
    if (this.#stage === 'as-is-first') {
      const reason = this.#asIsReason();
      if (reason) return { name: absolute(this.#name), reason };
      this.#stage = 'list';
    }
    if (this.#stage === 'list') {
      const { search } = this.#options;
      const domain = search[this.#domain];
      if (domain !== undefined) {
        const bare = domain.replace(/^\./, '');
        return {
          name: absolute(bare === '' ? this.#name : `${this.#name}.${bare}`),
          reason: `${bare === '' ? 'the root' : bare} is number ${this.#domain + 1} in the search list`,
        };
      }
      this.#stage = 'as-is-last';
    }
    if (this.#stage === 'as-is-last' && this.#mayEndAsIs()) {
      const reason =
        this.#options.search.length === 0 ? 'the search list is empty' : 'the search list is used up';
      return { name: absolute(this.#name), reason };
    }
    this.#stage = 'over';
    return undefined;
  }

  /** Tells what came of the name that {@link next} gave. */
  tell(outcome: NameOutcome): void {
    this.#last = outcome;
    const stage = this.#stage;
    if (outcome === 'found') this.#stage = 'over';
    else if (stage === 'as-is-first') {
      this.#asIs = outcome;
      this.#stage = this.#name.endsWith('.') ? 'over' : 'list';
    } else if (stage === 'list') this.#toldOfDomain(outcome);
    else this.#stage = 'over';
  }

  /** What the whole search came to, when it is over. */
  get outcome(): NameOutcome {
    if (this.#last === 'found' || this.#isRefused) return this.#last;
    if (this.#asIs !== undefined) return this.#asIs;
    if (this.#sawNodata) return 'nodata';
    return this.#sawServfail ? 'servfail' : this.#last;
  }

  #toldOfDomain(outcome: NameOutcome): void {
    const domain = this.#options.search[this.#domain]!;
    if (domain === '.' || domain === '') this.#isRootOnList = true;
    this.#domain += 1;
    if (outcome === 'no-server') {
      this.#isRefused = true;
      this.#stage = 'over';
    } else if (outcome === 'nodata') this.#sawNodata = true;
    else if (outcome === 'servfail') this.#sawServfail = true;
    else if (outcome !== 'nxdomain') this.#stage = 'as-is-last';
  }

  #asIsReason(): string | undefined {
    const { ndots } = this.#options;
    if (this.#name.endsWith('.')) return 'a dot at its end makes the name absolute';
    if (this.#dots < ndots) return undefined;
    return `the name has ${this.#dots} of ${ndots} dots`;
  }

  #mayEndAsIs(): boolean {
    const searched = this.#options.search.length > 0;
    if (this.#asIs !== undefined || this.#isRootOnList) return false;
    return this.#dots > 0 || !searched || !this.#options.noTldQuery;
  }
}

function absolute(name: string): string {
  return name.endsWith('.') ? name : `${name}.`;
}
