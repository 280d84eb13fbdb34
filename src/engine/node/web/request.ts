/**
 * `Request` (Fetch §5.4), as undici has it.
 *
 * There is no page: no origin, no service worker, no cache, so mode, credentials and cache are kept and shown, and decide
 * a few header fields at most.
 */
import type { NodeProcess } from '../node-process.ts';
import { type AbortSignal, abort } from './abort.ts';
import { type Bodies, type Body, type BodyMembers, bodies } from './body.ts';
import { enumeration, requireArguments, shownValue, usvString } from './fetch-idl.ts';
import { HeaderList, type Headers, headersInterface } from './headers.ts';
import { asUndici, finishInterface, INSPECT, type Inspect } from './idl.ts';
import { invalidUrl } from './invalid-url.ts';
import { webStreams } from './streams.ts';

export type Redirect = 'follow' | 'manual' | 'error';

/** Fetch's "request": what the class shows, and fetch() works with. */
export interface RequestState {
  method: string;
  readonly urls: URL[];
  headers: HeaderList;
  body: Body | null;
  referrer: string | URL;
  readonly referrerPolicy: (typeof REFERRER_POLICIES)[number];
  readonly mode: (typeof MODES)[number];
  readonly credentials: (typeof CREDENTIALS)[number];
  readonly cache: (typeof CACHES)[number];
  readonly redirect: Redirect;
  readonly integrity: string;
  readonly keepalive: boolean;
  redirectCount: number;
}

const FORBIDDEN = /^(?:connect|trace|track)$/i;
/** Methods whose spelling is mended (Fetch §2.2.1: normalize). */
const NORMAL = /^(?:delete|get|head|options|post|put)$/i;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MODES = ['navigate', 'same-origin', 'no-cors', 'cors'] as const;
const CREDENTIALS = ['omit', 'same-origin', 'include'] as const;
const CACHES = ['default', 'no-store', 'reload', 'no-cache', 'force-cache', 'only-if-cached'] as const;
const REDIRECTS = ['follow', 'manual', 'error'] as const;
const REFERRER_POLICIES = [
  '',
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
] as const;

interface RequestInit {
  readonly method?: unknown;
  readonly headers?: unknown;
  readonly body?: unknown;
  readonly referrer?: unknown;
  readonly referrerPolicy?: unknown;
  readonly mode?: unknown;
  readonly credentials?: unknown;
  readonly cache?: unknown;
  readonly redirect?: unknown;
  readonly integrity?: unknown;
  readonly keepalive?: unknown;
  readonly signal?: unknown;
  readonly duplex?: unknown;
  readonly window?: unknown;
}

export type Requests = ReturnType<typeof requests>;
export type Request = InstanceType<Requests['Request']>;

export function requests(node: NodeProcess) {
  const { AbortController, AbortSignal } = node.load(abort);
  const { listOf, fill, showing } = node.load(headersInterface);
  const body: Bodies = node.load(bodies);
  const { TransformStream } = node.load(webStreams);
  let hasWarned = false;
  const insides = new WeakMap<object, { state: RequestState; headers: Headers; signal: AbortSignal }>();

  class Request {
    // the Body mixin
    declare readonly body: BodyMembers['body'];
    declare readonly bodyUsed: BodyMembers['bodyUsed'];
    declare readonly arrayBuffer: BodyMembers['arrayBuffer'];
    declare readonly blob: BodyMembers['blob'];
    declare readonly bytes: BodyMembers['bytes'];
    declare readonly formData: BodyMembers['formData'];
    declare readonly json: BodyMembers['json'];
    declare readonly text: BodyMembers['text'];
    declare readonly textStream: BodyMembers['textStream'];

    constructor(input: unknown, init: RequestInit = {}) {
      requireArguments(arguments.length, 1, 'Request constructor');
      const options = dictionary(init);
      const from = input instanceof Request ? insideOf(input) : undefined;
      const state = settle(from?.state ?? plainState(parsed(input)), options, from !== undefined);
      if (state.method === 'patch') warnOfPatch();
      const signal = options.signal === undefined ? from?.signal : options.signal;
      if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal))
        throw new TypeError(
          `RequestInit: Expected signal ("${shownValue(signal)}") to be an instance of AbortSignal.`,
        );
      insides.set(this, {
        state,
        headers: showing(state.headers, 'request'),
        signal: following(signal ?? undefined),
      });
      const headers = options.headers;
      if (headers !== undefined) {
        state.headers.clear();
        fill(this.headers, headers);
      }
      const inherited = from?.state.body ?? null;
      const given = options.body ?? null;
      if ((given !== null || inherited !== null) && (state.method === 'GET' || state.method === 'HEAD'))
        throw new TypeError('Request with GET/HEAD method cannot have body.');
      if (given !== null) {
        const made = body.extract(given, state.keepalive);
        state.body = made.body;
        if (made.type !== null && !state.headers.has('content-type'))
          state.headers.append('content-type', made.type);
        if (made.body.source === null && options.duplex === undefined)
          throw new TypeError('RequestInit: duplex option is required when sending a body.');
      } else if (inherited !== null) {
        if (body.isUnusable(inherited))
          throw new TypeError('Cannot construct a Request with a Request object that has already been used.');
        state.body = handedOver(inherited);
      }
    }

    get method(): string {
      return insideOf(this).state.method;
    }
    get url(): string {
      return insideOf(this).state.urls[0]!.href;
    }
    get headers(): Headers {
      return insideOf(this).headers;
    }
    get destination(): '' {
      insideOf(this);
      return '';
    }
    get referrer(): string {
      const { referrer } = insideOf(this).state;
      return referrer === 'no-referrer' ? '' : referrer === 'client' ? 'about:client' : String(referrer);
    }
    get referrerPolicy(): RequestState['referrerPolicy'] {
      return insideOf(this).state.referrerPolicy;
    }
    get mode(): RequestState['mode'] {
      return insideOf(this).state.mode;
    }
    get credentials(): RequestState['credentials'] {
      return insideOf(this).state.credentials;
    }
    get cache(): RequestState['cache'] {
      return insideOf(this).state.cache;
    }
    get redirect(): Redirect {
      return insideOf(this).state.redirect;
    }
    get integrity(): string {
      return insideOf(this).state.integrity;
    }
    get keepalive(): boolean {
      return insideOf(this).state.keepalive;
    }
    get isReloadNavigation(): boolean {
      insideOf(this);
      return false;
    }
    get isHistoryNavigation(): boolean {
      insideOf(this);
      return false;
    }
    get signal(): AbortSignal {
      return insideOf(this).signal;
    }
    get duplex(): 'half' {
      insideOf(this);
      return 'half';
    }

    clone(): Request {
      const { state, signal } = insideOf(this);
      if (body.isUnusable(state.body)) throw new TypeError('unusable');
      const copy: RequestState = {
        ...state,
        urls: [...state.urls],
        headers: HeaderList.from(state.headers),
        body: state.body && body.clone(state.body),
      };
      return made(copy, following(signal));
    }

    [INSPECT](_depth: number, options: object, inspect: Inspect): string {
      const { method, url, headers, destination, referrer, referrerPolicy, mode, credentials } = this;
      const { cache, redirect, integrity, keepalive, isReloadNavigation, isHistoryNavigation, signal } = this;
      const first = { method, url, headers, destination, referrer, referrerPolicy, mode, credentials };
      const rest = { cache, redirect, integrity, keepalive, isReloadNavigation, isHistoryNavigation };
      return asUndici('Request', { ...first, ...rest, signal }, options, inspect);
    }
  }
  finishInterface(Request, [
    ...[
      'method',
      'url',
      'headers',
      'redirect',
      'clone',
      'signal',
      'duplex',
      'destination',
      'isHistoryNavigation',
    ],
    ...[
      'isReloadNavigation',
      'keepalive',
      'integrity',
      'cache',
      'credentials',
      'referrerPolicy',
      'referrer',
      'mode',
    ],
  ]);
  body.mixIn(Request, (self) => insideOf(self as object).state);

  function warnOfPatch(): void {
    if (hasWarned) return;
    hasWarned = true;
    node.warn(
      'Using `patch` is highly likely to result in a `405 Method Not Allowed`. `PATCH` is much more likely to succeed.',
      'Warning',
      'UNDICI-FETCH-patch',
    );
  }

  function insideOf(request: object) {
    const found = insides.get(request);
    if (!found) throw new TypeError('Illegal invocation');
    return found;
  }

  function made(state: RequestState, signal: AbortSignal): Request {
    const request = Object.create(Request.prototype) as Request;
    insides.set(request, { state, headers: showing(state.headers, 'request'), signal });
    return request;
  }

  /** A signal of the request's own that follows the one that was given. */
  function following(signal: AbortSignal | undefined): AbortSignal {
    const own = new AbortController();
    if (signal?.aborted) own.abort(signal.reason);
    else signal?.addEventListener('abort', () => own.abort(signal.reason), { once: true });
    return own.signal;
  }

  /** The body moves to the new request; the old one counts as read. */
  function handedOver(old: Body): Body {
    const moved = old.stream.pipeThrough(new TransformStream());
    return { stream: moved as Body['stream'], source: old.source, length: old.length };
  }

  return { Request, stateOf: (request: object): RequestState => insideOf(request).state, listOf };
}

function dictionary(init: unknown): RequestInit {
  if (init === undefined || init === null) return {};
  if (typeof init !== 'object' && typeof init !== 'function')
    throw new TypeError(
      `Request constructor: Expected ${shownValue(init)} to be one of: Null, Undefined, Object.`,
    );
  return init as RequestInit;
}

function parsed(input: unknown): URL {
  const text = usvString(input);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`Failed to parse URL from ${text}`, { cause: invalidUrl(text) });
  }
  if (url.username !== '' || url.password !== '')
    throw new TypeError(`Request cannot be constructed from a URL that includes credentials: ${text}`);
  return url;
}

function plainState(url: URL): RequestState {
  return {
    method: 'GET',
    urls: [url],
    headers: new HeaderList(),
    body: null,
    referrer: 'client',
    referrerPolicy: '',
    mode: 'cors',
    credentials: 'same-origin',
    cache: 'default',
    redirect: 'follow',
    integrity: '',
    keepalive: false,
    redirectCount: 0,
  };
}

/** The state that the options make of another. */
function settle(base: RequestState, init: RequestInit, isCopy: boolean): RequestState {
  enumeration(init.duplex, ['half'] as const);
  if (init.window !== undefined && init.window !== null)
    throw new TypeError("'window' option 'client' must be null");
  const mode = enumeration(init.mode, MODES);
  if (mode === 'navigate') throw new TypeError('Request constructor: invalid request mode navigate.');
  const cache = enumeration(init.cache, CACHES) ?? base.cache;
  if (cache === 'only-if-cached' && (mode ?? base.mode) !== 'same-origin')
    throw new TypeError("'only-if-cached' can be set only with 'same-origin' mode");
  return {
    method: init.method === undefined ? base.method : methodOf(init.method),
    urls: isCopy ? [base.urls.at(0)!] : base.urls,
    headers: HeaderList.from(base.headers),
    body: null,
    referrer: init.referrer === undefined ? base.referrer : referrerOf(init.referrer),
    referrerPolicy: enumeration(init.referrerPolicy, REFERRER_POLICIES) ?? base.referrerPolicy,
    mode: mode ?? base.mode,
    credentials: enumeration(init.credentials, CREDENTIALS) ?? base.credentials,
    cache,
    redirect: enumeration(init.redirect, REDIRECTS) ?? base.redirect,
    integrity: init.integrity === undefined ? base.integrity : String(init.integrity),
    keepalive: init.keepalive === undefined ? base.keepalive : !!init.keepalive,
    redirectCount: 0,
  };
}

function methodOf(given: unknown): string {
  const method = `${given as string}`;
  if (!TOKEN.test(method)) throw new TypeError(`'${method}' is not a valid HTTP method.`);
  if (FORBIDDEN.test(method)) throw new TypeError(`'${method}' HTTP method is unsupported.`);
  return NORMAL.test(method) ? method.toUpperCase() : method;
}

function referrerOf(given: unknown): string | URL {
  const text = `${given as string}`;
  if (text === '') return 'no-referrer';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new TypeError(`Referrer "${text}" is not a valid URL.`, { cause: invalidUrl(text) });
  }
  return url.protocol === 'about:' && url.pathname === 'client' ? 'client' : url;
}
