/**
 * What is wrong with a URL, in Node's words: engines have their own.
 */
import { codedError } from '../system-error.ts';

export function invalidUrl(input: string, base?: string): TypeError & { code: string } {
  const error = codedError(TypeError, 'ERR_INVALID_URL', 'Invalid URL');
  return Object.assign(error, { input }, base === undefined ? {} : { base });
}
