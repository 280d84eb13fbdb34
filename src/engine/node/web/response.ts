/**
 * `Response` (Fetch §5.5), as undici has it.
 */
import type { NodeProcess } from '../node-process.ts';
import { type Body, type BodyMembers, bodies } from './body.ts';
import { byteString, requireArguments, shownValue, usvString } from './fetch-idl.ts';
import { HeaderList, type Headers, headersInterface } from './headers.ts';
import { asUndici, finishInterface, INSPECT, type Inspect } from './idl.ts';
import { invalidUrl } from './invalid-url.ts';

/** Fetch's "response". */
export interface ResponseState {
  readonly type: 'basic' | 'default' | 'error' | 'opaqueredirect';
  status: number;
  statusText: string;
  readonly headers: HeaderList;
  /** The last is the one that answered. */
  urls: readonly URL[];
  body: Body | null;
}

/** Statuses whose responses have no body (Fetch §2.2.3). */
export const NULL_BODY_STATUSES: readonly number[] = [101, 103, 204, 205, 304];
export const REDIRECT_STATUSES: readonly number[] = [301, 302, 303, 307, 308];

interface ResponseInit {
  readonly status?: unknown;
  readonly statusText?: unknown;
  readonly headers?: unknown;
}

export type Responses = ReturnType<typeof responses>;
export type Response = InstanceType<Responses['Response']>;

export function responses(node: NodeProcess) {
  const { fill, showing } = node.load(headersInterface);
  const { extract, clone, isUnusable, mixIn } = node.load(bodies);
  const insides = new WeakMap<object, { state: ResponseState; headers: Headers }>();

  class Response {
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

    constructor(body: unknown = null, init: ResponseInit = {}) {
      const { status, statusText, headers } = dictionary(init);
      insides.set(this, around(plainState(), 'response'));
      initialize(this, status, statusText, headers);
      if (body !== null) setBody(this, extract(body));
    }

    static error(): Response {
      return made({ ...plainState(), type: 'error', status: 0 }, 'immutable');
    }

    static json(data: unknown, init: ResponseInit = {}): Response {
      requireArguments(arguments.length, 1, 'Response.json');
      const text = JSON.stringify(data);
      if (text === undefined) throw new TypeError('Value is not JSON serializable');
      const { status, statusText, headers } = dictionary(init);
      const response = made(plainState(), 'response');
      initialize(response, status, statusText, headers);
      setBody(response, { ...extract(text), type: 'application/json' });
      return response;
    }

    static redirect(url: unknown, status: unknown = 302): Response {
      requireArguments(arguments.length, 1, 'Response.redirect');
      const text = usvString(url);
      let parsed: URL;
      try {
        parsed = new URL(text);
      } catch {
        throw new TypeError(`Failed to parse URL from ${text}`, { cause: invalidUrl(text) });
      }
      const code = Number(status) & 0xffff;
      if (!REDIRECT_STATUSES.includes(code)) throw new RangeError(`Invalid status code ${code}`);
      const state = { ...plainState(), status: code };
      state.headers.append('location', parsed.href);
      return made(state, 'immutable');
    }

    get type(): ResponseState['type'] {
      return insideOf(this).state.type;
    }
    get url(): string {
      const url = insideOf(this).state.urls.at(-1);
      return url ? url.href.replace(/#.*$/s, '') : '';
    }
    get redirected(): boolean {
      return insideOf(this).state.urls.length > 1;
    }
    get status(): number {
      return insideOf(this).state.status;
    }
    get ok(): boolean {
      const { status } = insideOf(this).state;
      return status >= 200 && status <= 299;
    }
    get statusText(): string {
      return insideOf(this).state.statusText;
    }
    get headers(): Headers {
      return insideOf(this).headers;
    }

    clone(): Response {
      const { state } = insideOf(this);
      if (isUnusable(state.body)) throw new TypeError('Response.clone: Body has already been consumed.');
      const copy = {
        ...state,
        headers: HeaderList.from(state.headers),
        body: state.body && clone(state.body),
      };
      return made(copy, state.type === 'basic' ? 'immutable' : 'response');
    }

    [INSPECT](_depth: number, options: object, inspect: Inspect): string {
      const { status, statusText, headers, body, bodyUsed, ok, redirected, type, url } = this;
      const shown = { status, statusText, headers, body, bodyUsed, ok, redirected, type, url };
      return asUndici('Response', shown, options, inspect);
    }
  }
  finishInterface(Response, [
    ...['type', 'url', 'status', 'ok', 'redirected', 'statusText', 'headers', 'clone'],
  ]);
  for (const name of ['json', 'redirect', 'error'])
    Object.defineProperty(Response, name, {
      ...Object.getOwnPropertyDescriptor(Response, name),
      enumerable: true,
    });
  mixIn(Response, (self) => insideOf(self as object).state);

  function insideOf(response: object) {
    const found = insides.get(response);
    if (!found) throw new TypeError('Illegal invocation');
    return found;
  }
  const around = (state: ResponseState, guard: 'response' | 'immutable') => ({
    state,
    headers: showing(state.headers, guard),
  });

  function made(state: ResponseState, guard: 'response' | 'immutable'): Response {
    const response = Object.create(Response.prototype) as Response;
    insides.set(response, around(state, guard));
    return response;
  }

  function initialize(response: Response, status: unknown, text: unknown, headers: unknown): void {
    const { state } = insideOf(response);
    if (status !== undefined) {
      const code = Math.trunc(Number(status)) & 0xffff;
      if (code < 200 || code > 599)
        throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.');
      state.status = code;
    }
    if (text !== undefined) {
      const words = byteString(text, 'Response constructor', 'statusText');
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(words)) throw new TypeError('Invalid statusText');
      state.statusText = words;
    }
    if (headers !== undefined) fill(response.headers, headers);
  }

  function setBody(response: Response, made: { body: Body; type: string | null }): void {
    const { state } = insideOf(response);
    if (NULL_BODY_STATUSES.includes(state.status))
      throw new TypeError(`Response constructor: Invalid response status code ${state.status}`);
    state.body = made.body;
    if (made.type !== null && !state.headers.has('content-type'))
      state.headers.append('content-type', made.type);
  }

  return { Response, made };
}

function plainState(): ResponseState {
  return { type: 'default', status: 200, statusText: '', headers: new HeaderList(), urls: [], body: null };
}

function dictionary(init: unknown): ResponseInit {
  if (init === undefined || init === null) return {};
  if (typeof init !== 'object' && typeof init !== 'function')
    throw new TypeError(
      `Response constructor: Expected ${shownValue(init)} to be one of: Null, Undefined, Object.`,
    );
  return init as ResponseInit;
}
