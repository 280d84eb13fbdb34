/**
 * How fetch's interfaces read their arguments, in the words of undici: these errors are plain TypeErrors without codes.
 */

/** `Headers.append: 2 arguments required, but only 1 found.` */
export function requireArguments(count: number, wanted: number, where: string): void {
  if (count >= wanted) return;
  throw new TypeError(
    `${where}: ${wanted} argument${wanted === 1 ? '' : 's'} required, but${count === 0 ? '' : ' only'} ${count} found.`,
  );
}

/** A text whose letters are bytes (Web IDL §3.2.9). */
export function byteString(value: unknown, where: string, name: string): string {
  if (typeof value === 'symbol')
    throw new TypeError(`${where}: ${name} is a symbol, which cannot be converted to a ByteString.`);
  const text = `${value as string}`;
  for (let i = 0; i < text.length; i++)
    if (text.charCodeAt(i) > 255)
      throw new TypeError(
        `Cannot convert argument to a ByteString because the character at index ${i} has a value of ${text.charCodeAt(i)} which is greater than 255.`,
      );
  return text;
}

export function usvString(value: unknown): string {
  return `${value as string}`.toWellFormed();
}

/** One of a closed set; undefined stays so. */
export function enumeration<T extends string>(value: unknown, allowed: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const text = `${value as string}`;
  if ((allowed as readonly string[]).includes(text)) return text as T;
  throw new TypeError(`undefined: ${text} is not an accepted type. Expected one of ${allowed.join(', ')}.`);
}

/** A value as these errors show it: JSON in quotes. */
export function shownValue(value: unknown): string {
  if (typeof value === 'symbol') return `Symbol(${value.description})`;
  if (typeof value === 'object' && value !== null) return JSON.stringify(value) ?? String(value);
  return typeof value === 'string' ? `"${value}"` : String(value);
}
