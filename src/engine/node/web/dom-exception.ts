/**
 * `DOMException` and `QuotaExceededError` (Web IDL §2.8.1), as Node makes them.
 *
 * Our own, because engines disagree about what stands at the head of its stack.
 */
import type { NodeProcess } from '../node-process.ts';

/** Names of errors that have a number, with the constant that it is known by. */
const LEGACY = [
  ['IndexSizeError', 'INDEX_SIZE_ERR', 1],
  ['DOMStringSizeError', 'DOMSTRING_SIZE_ERR', 2],
  ['HierarchyRequestError', 'HIERARCHY_REQUEST_ERR', 3],
  ['WrongDocumentError', 'WRONG_DOCUMENT_ERR', 4],
  ['InvalidCharacterError', 'INVALID_CHARACTER_ERR', 5],
  ['NoDataAllowedError', 'NO_DATA_ALLOWED_ERR', 6],
  ['NoModificationAllowedError', 'NO_MODIFICATION_ALLOWED_ERR', 7],
  ['NotFoundError', 'NOT_FOUND_ERR', 8],
  ['NotSupportedError', 'NOT_SUPPORTED_ERR', 9],
  ['InUseAttributeError', 'INUSE_ATTRIBUTE_ERR', 10],
  ['InvalidStateError', 'INVALID_STATE_ERR', 11],
  ['SyntaxError', 'SYNTAX_ERR', 12],
  ['InvalidModificationError', 'INVALID_MODIFICATION_ERR', 13],
  ['NamespaceError', 'NAMESPACE_ERR', 14],
  ['InvalidAccessError', 'INVALID_ACCESS_ERR', 15],
  ['ValidationError', 'VALIDATION_ERR', 16],
  ['TypeMismatchError', 'TYPE_MISMATCH_ERR', 17],
  ['SecurityError', 'SECURITY_ERR', 18],
  ['NetworkError', 'NETWORK_ERR', 19],
  ['AbortError', 'ABORT_ERR', 20],
  ['URLMismatchError', 'URL_MISMATCH_ERR', 21],
  ['QuotaExceededError', 'QUOTA_EXCEEDED_ERR', 22],
  ['TimeoutError', 'TIMEOUT_ERR', 23],
  ['InvalidNodeTypeError', 'INVALID_NODE_TYPE_ERR', 24],
  ['DataCloneError', 'DATA_CLONE_ERR', 25],
] as const;
/** Without a number: the Web IDL has retired these. */
const RETIRED = new Set<string>(['DOMStringSizeError', 'NoDataAllowedError', 'ValidationError']);
const CODES = new Map<string, number>(
  LEGACY.flatMap(([name, , code]) => (RETIRED.has(name) ? [] : [[name, code] as const])),
);

/** The constants, which the class and what it makes both have. */
type Constants = { readonly [E in (typeof LEGACY)[number] as E[1]]: E[2] };

type Init = string | { readonly name?: string; readonly cause?: unknown } | undefined;

export type DomExceptions = ReturnType<typeof domExceptions>;

export function domExceptions(_node: NodeProcess) {
  const Exception = class DOMException {
    declare readonly stack?: string;
    declare readonly cause?: unknown;
    readonly #name: string;
    readonly #message: string;

    constructor(message: unknown = '', options: Init = 'Error') {
      this.#message = `${message as string}`;
      this.#name =
        options !== null && typeof options === 'object' ? `${options.name ?? 'Error'}` : `${options}`;
      if (options !== null && typeof options === 'object' && 'cause' in options)
        Object.defineProperty(this, 'cause', hidden(options.cause));
      // where it was made, under its own name
      const stack = new Error(this.#message).stack;
      const places = typeof stack === 'string' ? stack.replace(/^Error(: )?/, '') : '';
      const head = this.#message === '' ? this.#name : `${this.#name}: `;
      Object.defineProperty(this, 'stack', hidden(head + places));
    }

    get name(): string {
      return this.#name;
    }
    get message(): string {
      return this.#message;
    }
    get code(): number {
      return CODES.get(this.#name) ?? 0;
    }
  };
  const prototype: object = Exception.prototype;
  Object.setPrototypeOf(prototype, Error.prototype);
  for (const member of ['name', 'message', 'code'])
    Object.defineProperty(prototype, member, {
      ...Object.getOwnPropertyDescriptor(prototype, member),
      enumerable: true,
    });
  const DOMException = withConstants(Exception);
  Object.defineProperty(prototype, Symbol.toStringTag, { value: 'DOMException', configurable: true });

  class QuotaExceededError extends DOMException {
    readonly #quota: number | null;
    readonly #requested: number | null;
    constructor(message: unknown = '', options: { quota?: number; requested?: number } = {}) {
      super(message, 'QuotaExceededError');
      this.#quota = options.quota ?? null;
      this.#requested = options.requested ?? null;
    }
    get quota(): number | null {
      return this.#quota;
    }
    get requested(): number | null {
      return this.#requested;
    }
  }
  return { DOMException, QuotaExceededError };
}

/** Gives a class and what it makes the numbers of errors, and the class the name that programs know. */
function withConstants<A extends unknown[], I extends object>(
  Class: new (...args: A) => I,
): { new (...args: A): I & Constants; readonly prototype: I & Constants } & Constants {
  for (const [, constant, value] of LEGACY)
    for (const one of [Class, Class.prototype as object])
      Object.defineProperty(one, constant, { value, enumerable: true });
  // what was defined one by one is not known to the compiler
  return Class as never;
}

function hidden(value: unknown): PropertyDescriptor {
  return { value, enumerable: false, writable: true, configurable: true };
}
