import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAC_BROADCAST, parseMac } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import {
  ETHERTYPE_ARP,
  ETHERTYPE_IPV4,
  ethernet,
  etherTypeName,
  frameLength,
  isGroupMac,
  showMac,
  writeEthernet,
} from '../../src/engine/wire/ethernet.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find } from './partition.ts';

const REQUEST = fromHex(FRAMES.arpRequest).subarray(0, 14);

describe('Ethernet II', () => {
  it('reads the header of a frame that Linux sent', () => {
    expect(ethernet.decode(REQUEST)).toEqual({
      destination: MAC_BROADCAST,
      source: parseMac('00:00:5e:00:53:17'),
      type: ETHERTYPE_ARP,
    });
    expectCanonical(ethernet, REQUEST);
    expectAccessorsAgree(ethernet, REQUEST);
  });

  it('agrees for any 14 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 14, maxLength: 14 }), (bytes) => {
        expectCanonical(ethernet, bytes);
        expectAccessorsAgree(ethernet, bytes);
      }),
    );
  });

  it('writes in place what it would encode', () => {
    const bytes = new Uint8Array(20);
    writeEthernet(bytes, 3, MAC_BROADCAST, 0x5e005317, ETHERTYPE_ARP);
    expect(bytes.subarray(3, 17)).toEqual(REQUEST);
    expect([bytes[2], bytes[17]]).toEqual([0, 0]);
  });

  it('speaks of addresses and types', () => {
    const tree = ethernet.dissect(REQUEST);
    expect(tree.text).toBe('00:00:5e:00:53:17 → ff:ff:ff:ff:ff:ff, everyone');
    expect(find(tree, 'Type').text).toBe('ARP (0x0806)');
    expect(showMac(parseMac('01:00:5e:00:00:01'))).toBe('01:00:5e:00:00:01, a group');
    expect([isGroupMac(parseMac('00:00:5e:00:53:01')), isGroupMac(parseMac('33:33:00:00:00:01'))]).toEqual([
      false,
      true,
    ]);
    const types = [ETHERTYPE_IPV4, 0x88cc, 46, 0x05dc, 0x05dd, 0x05ff, 0x0600];
    expect(types.map(etherTypeName)).toEqual([
      'IPv4 (0x0800)',
      '0x88cc',
      'a length: 46 bytes',
      'a length: 1500 bytes',
      // neither (RFC 9542 §3)
      '0x05dd',
      '0x05ff',
      '0x0600',
    ]);
  });

  it('pads short payloads to the least length', () => {
    expect([frameLength(0), frameLength(28), frameLength(46), frameLength(47), frameLength(1500)]).toEqual([
      60, 60, 60, 61, 1514,
    ]);
  });
});
