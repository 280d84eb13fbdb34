/**
 * The engine's own `URL`, with Node's error for what is none, Node's look, and the URLs of blobs.
 */
import { missingArguments } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { blobs } from './blob.ts';
import { INSPECT, type Inspect } from './idl.ts';
import { invalidUrl } from './invalid-url.ts';

export function urlClass(node: NodeProcess) {
  const { urlStatics } = node.load(blobs);
  const Native = globalThis.URL;

  class URL extends Native {
    constructor(input: unknown, base?: unknown) {
      if (arguments.length === 0) throw missingArguments('url');
      const text = `${input as string}`;
      const from = base === undefined ? undefined : `${base as string}`;
      if (!Native.canParse(text, from)) throw invalidUrl(text, from);
      super(text, from);
    }

    override get href(): string {
      return super.href;
    }
    override set href(value: unknown) {
      const text = `${value as string}`;
      if (!Native.canParse(text)) throw invalidUrl(text);
      super.href = text;
    }

    static override canParse(url: unknown, base?: unknown): boolean {
      if (arguments.length === 0) throw missingArguments('url');
      return Native.canParse(`${url as string}`, base === undefined ? undefined : `${base as string}`);
    }
    static override parse(url: unknown, base?: unknown): URL | null {
      if (arguments.length === 0) throw missingArguments('url');
      return URL.canParse(url, base) ? new URL(url, base) : null;
    }
    static override createObjectURL(blob: unknown): string {
      return urlStatics.createObjectURL(blob);
    }
    static override revokeObjectURL(url: unknown): void {
      if (arguments.length === 0) throw missingArguments('url');
      urlStatics.revokeObjectURL(url);
    }

    [INSPECT](depth: number, options: object, inspect: Inspect): string | URL {
      if (depth < 0) return this;
      const { href, origin, protocol, username, password, host, hostname, port, pathname, search } = this;
      const first = { href, origin, protocol, username, password, host, hostname, port, pathname, search };
      const { searchParams, hash } = this;
      return `${this.constructor.name} ${inspect({ ...first, searchParams, hash }, options)}`;
    }
  }
  return { URL, URLSearchParams: globalThis.URLSearchParams };
}
