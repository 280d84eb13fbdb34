/**
 * `DOMException` and `QuotaExceededError` (Web IDL §2.8.1), as Node makes them.
 *
 * Our own, because engines disagree about what stands at the head of its stack.
 */
import type { NodeProcess } from '../node-process.ts';

/** Names of errors that have a number, with the constant that it is known by. The numbers count from 1. */
const LEGACY: readonly (readonly [name: string, constant: string])[] = [
  ['IndexSizeError', 'INDEX_SIZE_ERR'],
  ['DOMStringSizeError', 'DOMSTRING_SIZE_ERR'],
  ['HierarchyRequestError', 'HIERARCHY_REQUEST_ERR'],
  ['WrongDocumentError', 'WRONG_DOCUMENT_ERR'],
  ['InvalidCharacterError', 'INVALID_CHARACTER_ERR'],
  ['NoDataAllowedError', 'NO_DATA_ALLOWED_ERR'],
  ['NoModificationAllowedError', 'NO_MODIFICATION_ALLOWED_ERR'],
  ['NotFoundError', 'NOT_FOUND_ERR'],
  ['NotSupportedError', 'NOT_SUPPORTED_ERR'],
  ['InUseAttributeError', 'INUSE_ATTRIBUTE_ERR'],
  ['InvalidStateError', 'INVALID_STATE_ERR'],
  ['SyntaxError', 'SYNTAX_ERR'],
  ['InvalidModificationError', 'INVALID_MODIFICATION_ERR'],
  ['NamespaceError', 'NAMESPACE_ERR'],
  ['InvalidAccessError', 'INVALID_ACCESS_ERR'],
  ['ValidationError', 'VALIDATION_ERR'],
  ['TypeMismatchError', 'TYPE_MISMATCH_ERR'],
  ['SecurityError', 'SECURITY_ERR'],
  ['NetworkError', 'NETWORK_ERR'],
  ['AbortError', 'ABORT_ERR'],
  ['URLMismatchError', 'URL_MISMATCH_ERR'],
  ['QuotaExceededError', 'QUOTA_EXCEEDED_ERR'],
  ['TimeoutError', 'TIMEOUT_ERR'],
  ['InvalidNodeTypeError', 'INVALID_NODE_TYPE_ERR'],
  ['DataCloneError', 'DATA_CLONE_ERR'],
];
/** Without a number: the Web IDL has retired these. */
const RETIRED = new Set(['DOMStringSizeError', 'NoDataAllowedError', 'ValidationError']);
const CODES = new Map(LEGACY.flatMap(([name], i) => (RETIRED.has(name) ? [] : [[name, i + 1] as const])));

type Init = string | { readonly name?: string; readonly cause?: unknown } | undefined;

export type DomExceptions = ReturnType<typeof domExceptions>;

export function domExceptions(_node: NodeProcess) {
  class DOMException {
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
  }
  Object.setPrototypeOf(DOMException.prototype, Error.prototype);
  const prototype = DOMException.prototype as object;
  for (const member of ['name', 'message', 'code'])
    Object.defineProperty(prototype, member, {
      ...Object.getOwnPropertyDescriptor(prototype, member),
      enumerable: true,
    });
  LEGACY.forEach(([, constant], i) => {
    const value = { value: i + 1, enumerable: true };
    Object.defineProperty(DOMException, constant, value);
    Object.defineProperty(prototype, constant, value);
  });
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

function hidden(value: unknown): PropertyDescriptor {
  return { value, enumerable: false, writable: true, configurable: true };
}
