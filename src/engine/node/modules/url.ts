/**
 * `node:url`: the URL of the web, which is the realm's own, and Node's older functions.
 *
 * `url.parse` reads the plain forms (scheme, user, host, port, path, query, fragment) and leaves the curious ones, as
 * Node leaves all of it: it is deprecated.
 */
import type { FileUrlToPathOptions, UrlWithParsedQuery, UrlWithStringQuery } from 'node:url';
import { checkObject, checkString, invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { urlClass } from '../web/url.ts';
import { absent } from './absent.ts';
import { packages } from './packages.ts';
import { querystringModule } from './querystring.ts';

interface LegacyUrl {
  protocol: string | null;
  slashes: boolean | null;
  auth: string | null;
  host: string | null;
  port: string | null;
  hostname: string | null;
  hash: string | null;
  search: string | null;
  query: string | Record<string, string | string[]> | null;
  pathname: string | null;
  path: string | null;
  href: string;
}

interface FormatOptions {
  readonly auth?: boolean;
  readonly fragment?: boolean;
  readonly search?: boolean;
  readonly unicode?: boolean;
}

/** Schemes that have a host even when it is empty. */
const WITH_HOST = new Set(['http:', 'https:', 'ftp:', 'gopher:', 'file:', 'ws:', 'wss:']);

export function urlModule(node: NodeProcess) {
  const { URL, URLSearchParams } = node.load(urlClass);
  const querystring = node.load(querystringModule);
  const { Buffer } = node.load(packages).buffer;

  class Url implements LegacyUrl {
    protocol: string | null = null;
    slashes: boolean | null = null;
    auth: string | null = null;
    host: string | null = null;
    port: string | null = null;
    hostname: string | null = null;
    hash: string | null = null;
    search: string | null = null;
    query: LegacyUrl['query'] = null;
    pathname: string | null = null;
    path: string | null = null;
    href = '';
    parse(text: string, parseQuery = false, slashesDenoteHost = false): this {
      checkString(text, 'url');
      return Object.assign(
        this,
        legacyParts(text, slashesDenoteHost, parseQuery ? querystring.parse : undefined),
      );
    }
    format(): string {
      return formatLegacy(this, querystring.stringify);
    }
    resolve(relative: string): string {
      return resolve(this.format(), relative);
    }
  }

  let isWarned = false;
  function warnOfParse(): void {
    if (isWarned) return;
    isWarned = true;
    node.warn(
      '`url.parse()` behavior is not standardized and prone to errors that have security implications. Use the WHATWG URL API instead. CVEs are not issued for `url.parse()` vulnerabilities.',
      'DeprecationWarning',
      'DEP0169',
    );
  }

  function parse(text: string | Url, parseQuery?: false, slashesDenoteHost?: boolean): UrlWithStringQuery;
  function parse(text: string | Url, parseQuery: true, slashesDenoteHost?: boolean): UrlWithParsedQuery;
  function parse(text: string | Url, parseQuery: boolean, slashesDenoteHost?: boolean): Url;
  function parse(text: string | Url, parseQuery?: boolean, slashesDenoteHost?: boolean): object {
    return parsedUrl(text, parseQuery, slashesDenoteHost);
  }

  function parsedUrl(text: string | Url, parseQuery?: boolean, slashesDenoteHost?: boolean): Url {
    warnOfParse();
    return text instanceof Url ? text : new Url().parse(text, parseQuery, slashesDenoteHost);
  }

  function format(value: unknown, options: FormatOptions = {}): string {
    if (typeof value === 'string') return parsedUrl(value).format();
    if (typeof value !== 'object' || value === null)
      throw invalidType('urlObject', ['Object', 'string'], value);
    if (!(value instanceof URL)) return formatLegacy(value as Partial<LegacyUrl>, querystring.stringify);
    checkObject(options, 'options');
    const { auth = true, fragment = true, search = true } = options;
    const copy = new URL(value.href);
    if (!fragment) copy.hash = '';
    if (!search) copy.search = '';
    if (!auth) {
      copy.username = '';
      copy.password = '';
    }
    return copy.href;
  }

  /** The path that a URL of a file names. */
  function pathNamed(
    url: string | URL,
    isWindows: boolean,
    decoded: (path: string) => string,
    mayHideSlashes: boolean,
  ): string {
    const parsed = typeof url === 'string' ? new URL(url) : url;
    if (!(parsed instanceof URL)) throw invalidType('path', ['string', 'URL'], url);
    if (parsed.protocol !== 'file:')
      throw codedError(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
    const { hostname, pathname } = parsed;
    if (!isWindows && hostname !== '')
      throw codedError(
        TypeError,
        'ERR_INVALID_FILE_URL_HOST',
        'File URL host must be "localhost" or empty on linux',
      );
    if (!mayHideSlashes && (isWindows ? /%2f|%5c/i : /%2f/i).test(pathname))
      throw codedError(
        TypeError,
        'ERR_INVALID_FILE_URL_PATH',
        `File URL path must not include encoded ${isWindows ? '\\ or /' : '/'} characters`,
      );
    if (!isWindows) return decoded(pathname);
    const path = decoded(pathname.replaceAll('/', '\\'));
    if (hostname !== '') return `\\\\${hostname}${path}`;
    if (!/^\\[a-z]:/i.test(path))
      throw codedError(TypeError, 'ERR_INVALID_FILE_URL_PATH', 'File URL path must be absolute');
    return path.slice(1);
  }

  const fileURLToPath = (url: string | URL, options?: FileUrlToPathOptions): string =>
    pathNamed(url, options?.windows ?? false, decodeURIComponent, false);

  function fileURLToPathBuffer(url: string | URL, options?: FileUrlToPathOptions): Buffer<ArrayBuffer> {
    // bytes that are no UTF-8 stay what they are
    const inBytes = (path: string): string =>
      path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(pathNamed(url, options?.windows ?? false, inBytes, true), 'latin1');
  }

  function pathToFileURL(path: string): URL {
    checkString(path, 'path');
    const absolute = path.startsWith('/') ? path : `${node.cwd}/${path}`;
    const steps: string[] = [];
    for (const step of absolute.split('/')) {
      if (step === '..') steps.pop();
      else if (step !== '' && step !== '.') steps.push(step);
    }
    const kept = `/${steps.join('/')}${absolute.endsWith('/') && steps.length > 0 ? '/' : ''}`;
    const escapes: Record<string, string> = {
      '%': '%25',
      '\\': '%5C',
      '\n': '%0A',
      '\r': '%0D',
      '\t': '%09',
      '?': '%3F',
      '#': '%23',
    };
    return new URL(`file://${kept.replace(/[%\\\n\r\t?#]/g, (character) => escapes[character]!)}`);
  }

  return {
    Url,
    parse,
    resolve(from: string, to: string): string {
      warnOfParse();
      return resolve(from, to);
    },
    resolveObject: (from: string, to: string): Url => parsedUrl(resolve(from, to)),
    format,
    URL,
    URLSearchParams,
    ...absent('url', ['URLPattern'], 'not every browser has it'),
    domainToASCII: (domain: string): string => hostOf(domain),
    ...absent('url', ['domainToUnicode'], 'it would need the tables of Unicode'),
    pathToFileURL,
    fileURLToPath,
    fileURLToPathBuffer,
    urlToHttpOptions,
  };
}

function hostOf(domain: string): string {
  try {
    return new URL(`ws://${domain}`).hostname;
  } catch {
    return '';
  }
}

/** A URL as `http.request` takes it. */
export function urlToHttpOptions(url: URL): Record<string, unknown> {
  if (url === null || typeof url !== 'object' || !url.href || !url.protocol)
    throw invalidType('url', 'URL', url);
  const { hostname, pathname, search, port } = url;
  return {
    __proto__: null,
    ...url,
    protocol: url.protocol,
    hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    hash: url.hash,
    search,
    pathname,
    path: `${pathname || ''}${search || ''}`,
    href: url.href,
    ...(port !== '' && { port: Number(port) }),
    ...((url.username || url.password) && {
      auth: `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`,
    }),
  };
}

type QueryParser = (text: string) => Record<string, string | string[]>;

function legacyParts(text: string, slashesDenoteHost: boolean, query: QueryParser | undefined): LegacyUrl {
  const rest = text.trim().replace(/\\(?=[^?#]*(?:[?#]|$))/g, '/');
  const [, protocol, afterScheme] = /^([a-z][a-z0-9.+-]*:)?([\s\S]*)$/i.exec(rest)!;
  const scheme = protocol?.toLowerCase() ?? null;
  const hasSlashes = /^\/\//.test(afterScheme!) && (scheme !== null || slashesDenoteHost);
  const isHostless = scheme === null || WITH_HOST.has(scheme) || scheme === 'javascript:';
  const hasHost = hasSlashes || !isHostless;
  const [, authority = '', tail = ''] = hasHost
    ? /^(?:\/\/)?([^/?#]*)([\s\S]*)$/.exec(afterScheme!)!
    : [undefined, '', afterScheme];
  const at = authority.lastIndexOf('@');
  const [, name = '', port] = /^(.*?)(?::(\d*))?$/.exec(authority.slice(at + 1))!;
  const hostname = name.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const [, path = '', search, hash] = /^([^?#]*)(\?[^#]*)?(#[\s\S]*)?$/.exec(tail)!;
  const pathname = path || (hasSlashes && scheme !== null && WITH_HOST.has(scheme) && hostname ? '/' : '');
  const host = hasHost ? `${name.toLowerCase()}${port ? `:${port}` : ''}` : null;
  const parts: LegacyUrl = {
    protocol: scheme,
    slashes: hasSlashes ? true : null,
    auth: at >= 0 ? decodeURIComponent(authority.slice(0, at)) : null,
    host,
    port: port || null,
    hostname: hasHost ? hostname : null,
    hash: hash ?? null,
    search: search ?? (query ? '' : null),
    query: query ? query((search ?? '').slice(1)) : search === undefined ? null : search.slice(1),
    pathname: pathname === '' ? null : escapeUnwise(pathname),
    path: pathname === '' && search === undefined ? null : escapeUnwise(`${pathname}${search ?? ''}`),
    href: '',
  };
  parts.href = formatLegacy(parts, () => '');
  return parts;
}

/** Characters that Node escapes wherever they stand. */
function escapeUnwise(text: string): string {
  return text.replace(
    /[\s"'<>\\^`{|}]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function formatLegacy(parts: Partial<LegacyUrl>, stringify: (query: unknown) => string): string {
  const protocol = parts.protocol ? `${parts.protocol.replace(/:?$/, ':')}` : '';
  const auth = parts.auth ? `${encodeURIComponent(parts.auth).replace(/%3A/i, ':')}@` : '';
  let host = '';
  if (parts.host) host = auth + parts.host;
  else if (parts.hostname) {
    const { hostname } = parts;
    host = `${auth}${hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname}${parts.port ? `:${parts.port}` : ''}`;
  }
  const query = typeof parts.query === 'object' && parts.query !== null ? stringify(parts.query) : '';
  const search = (parts.search || (query && `?${query}`) || '')
    .replace(/^(?=[^?])/, '?')
    .replaceAll('#', '%23');
  let pathname = (parts.pathname ?? '').replace(/[?#]/g, encodeURIComponent);
  const hasHost = parts.slashes || WITH_HOST.has(protocol);
  if (hasHost && (parts.slashes || host)) {
    if (pathname && !pathname.startsWith('/')) pathname = `/${pathname}`;
    host = `//${host}`;
  }
  const hash = parts.hash ? parts.hash.replace(/^(?=[^#])/, '#') : '';
  return `${protocol}${host}${pathname}${search}${hash}`;
}

/** A link as a browser of old would follow it, also between paths without a host. */
function resolve(from: string, to: string): string {
  const isWhole = /^[a-z][a-z0-9.+-]*:/i.test(from);
  const base = isWhole ? from : `http://relative.invalid/${from.replace(/^\//, '')}`;
  let resolved: string;
  try {
    resolved = new URL(to, base).href;
  } catch {
    return to;
  }
  if (isWhole || !resolved.startsWith('http://relative.invalid/')) return resolved;
  const path = resolved.slice('http://relative.invalid'.length);
  return from.startsWith('/') || to.startsWith('/') ? path : path.slice(1);
}
