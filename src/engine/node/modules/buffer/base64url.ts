/**
 * The encoding base64url (RFC 4648 §5), which the package buffer does not know: written without padding, and read as
 * base64, whose reader takes both alphabets.
 */
type BufferClass = typeof import('node:buffer').Buffer;
type Method = (this: unknown, ...args: unknown[]) => unknown;

const isMeant = (encoding: unknown): boolean =>
  typeof encoding === 'string' && encoding.toLowerCase() === 'base64url';

export function addBase64Url(Buffer: BufferClass): void {
  /** The same function with `base64` wherever `base64url` is an argument, but for the first, which is the text. */
  const reading = (owner: object, name: string): void => {
    const before = (owner as Record<string, Method>)[name]!;
    const read: Method = function (...args) {
      return before.apply(
        this,
        args.map((arg, i) => (i > 0 && isMeant(arg) ? 'base64' : arg)),
      );
    };
    Object.defineProperty(read, 'name', { value: name });
    Object.defineProperty(owner, name, { value: read, writable: true, configurable: true });
  };
  for (const name of ['from', 'byteLength', 'alloc']) reading(Buffer, name);
  for (const name of ['write', 'fill', 'indexOf', 'lastIndexOf', 'includes']) reading(Buffer.prototype, name);
  const { isEncoding } = Buffer;
  Buffer.isEncoding = (encoding): encoding is BufferEncoding => isMeant(encoding) || isEncoding(encoding);
  const prototype = Buffer.prototype as unknown as Record<string, Method>;
  const plain = prototype['toString']!;
  const asText: Method = function (encoding, ...range) {
    if (!isMeant(encoding)) return plain.call(this, encoding, ...range);
    const text = plain.call(this, 'base64', ...range) as string;
    return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  };
  Object.defineProperty(asText, 'name', { value: 'toString' });
  prototype['toString'] = asText;
}
