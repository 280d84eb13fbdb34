/**
 * Subresource integrity: whether bytes have one of the hashes that were promised (SRI §3.3).
 */
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { toLatin1 } from '../../base/bytes.ts';
import { toBase64 } from './base64.ts';

/** From weak to strong: only the strongest kind that is named counts. */
const HASHES = { sha256, sha384, sha512 } as const;

export function matchesIntegrity(metadata: string, bytes: Uint8Array): boolean {
  const promised = [
    ...metadata.matchAll(/(?:^|\s)(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+={0,2})(?:\?\S*)?(?=\s|$)/g),
  ];
  const kinds = Object.keys(HASHES) as (keyof typeof HASHES)[];
  const strongest = kinds.findLast((kind) => promised.some(([, one]) => one === kind));
  if (!strongest) return true;
  const plain = (text: string): string => text.replace(/-/g, '+').replace(/_/g, '/').replace(/=+$/, '');
  const actual = plain(toBase64(toLatin1(HASHES[strongest](bytes))) ?? '');
  return promised.some(([, kind, hash]) => kind === strongest && plain(hash!) === actual);
}
