/**
 * DNS messages as literal bytes.
 *
 * Written by hand from RFC 1035 §4.1 (and checked once against tshark 4.0 and dns-packet 5.6), but for `figure`, whose
 * names lie as in the drawing of RFC 1035 §4.1.4: F.ISI.ARPA at 20, FOO.F.ISI.ARPA at 40, ARPA at 64, the root at 92.
 */
import { fromHex } from '../../src/engine/base/bytes.ts';

/** A query for chaicart.example. A with RD and EDNS size 1232. */
export const query = fromHex(`
  1234 0100 0001 0000 0000 0001
  08 636861696361727 4 07 6578616d706c65 00 0001 0001
  00 0029 04d0 00000000 0000`);

/** Its answer: one A record whose owner is a pointer to byte 12. */
export const answer = fromHex(`
  1234 8180 0001 0001 0000 0001
  08 6368616963617274 07 6578616d706c65 00 0001 0001
  c00c 0001 0001 0000012c 0004 c0000250
  00 0029 04d0 00000000 0000`);

/** A referral from the server of example.: NS in authority, glue with pointers into RDATA (ns1 at 46). */
export const referral = fromHex(`
  beef 8000 0001 0000 0001 0001
  08 6368616963617274 07 6578616d706c65 00 0001 0001
  c00c 0002 0001 00015180 0006 03 6e7331 c00c
  c02e 0001 0001 00015180 0004 c0000235`);

/** A name error with the SOA of the zone, minimum 60. */
export const nxdomain = fromHex(`
  0001 8403 0001 0000 0001 0000
  02 6e6f 08 6368616963617274 07 6578616d706c65 00 0001 0001
  c00f 0006 0001 00000e10 0027
  03 6e7331 c00f 0a 686f73746d6173746572 c00f
  00000001 00001c20 00000384 00093a80 0000003c`);

/** The drawing of RFC 1035 §4.1.4 at its offsets, held in questions of types 65280 and up that pad to them. */
export const figureNames = { 20: 'F.ISI.ARPA.', 40: 'FOO.F.ISI.ARPA.', 64: 'ARPA.', 92: '.' } as const;
export const figure = (() => {
  const bytes = new Uint8Array(93);
  bytes.set(fromHex('01 46 03 49 53 49 04 41 52 50 41 00'), 20);
  bytes.set(fromHex('03 46 4f 4f c0 14'), 40);
  bytes.set(fromHex('c0 1a'), 64);
  return bytes;
})();
