import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp4, parseMac } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import {
  ARP_REPLY,
  ARP_REQUEST,
  arp,
  arpMeaning,
  isArpForIpv4,
  writeArp,
} from '../../src/engine/wire/arp.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find } from './partition.ts';

const LAPTOP = parseMac('00:00:5e:00:53:17');
const ROUTER = parseMac('00:00:5e:00:53:01');
const request = fromHex(FRAMES.arpRequest).subarray(14);
const reply = fromHex(FRAMES.arpReply).subarray(14);
const announcement = fromHex(FRAMES.announcement).subarray(14);

describe('ARP', () => {
  it('reads what Linux sent', () => {
    expect(arp.decode(request)).toEqual({
      hardwareType: 1,
      protocolType: 0x0800,
      hardwareLength: 6,
      protocolLength: 4,
      operation: ARP_REQUEST,
      senderMac: LAPTOP,
      senderIp: parseIp4('192.168.1.23'),
      targetMac: 0,
      targetIp: parseIp4('192.168.1.1'),
    });
    for (const packet of [request, reply, announcement]) {
      expectCanonical(arp, packet);
      expectAccessorsAgree(arp, packet);
    }
  });

  it('writes what Linux wrote', () => {
    const bytes = new Uint8Array(30);
    writeArp(bytes, 1, ARP_REPLY, ROUTER, parseIp4('192.168.1.1'), LAPTOP, parseIp4('192.168.1.23'));
    expect(bytes.subarray(1, 29)).toEqual(reply);
    expect([bytes[0], bytes[29]]).toEqual([0, 0]);
  });

  it('says what it means, probe and announcement included (RFC 5227 §1.1)', () => {
    expect(arpMeaning(arp.decode(request))).toBe('who has 192.168.1.1? tell 192.168.1.23');
    expect(arpMeaning(arp.decode(reply))).toBe('192.168.1.1 is at 00:00:5e:00:53:01');
    expect(arpMeaning(arp.decode(announcement))).toBe('192.168.1.23 is at 00:00:5e:00:53:17 (announcement)');
    const probe = { ...arp.decode(request), senderIp: parseIp4('0.0.0.0') };
    expect(arpMeaning(probe)).toBe('is anyone 192.168.1.1? (probe)');
    expect(arpMeaning({ ...probe, operation: 8 })).toBe('operation 8 from 0.0.0.0');
    expect(arp.dissect(request).text).toBe('who has 192.168.1.1? tell 192.168.1.23');
    expect(find(arp.dissect(reply), 'Operation').text).toBe('reply (2)');
  });

  it('round-trips any packet of 28 bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 28, maxLength: 28 }), (bytes) => expectCanonical(arp, bytes)),
    );
  });

  it('knows its own kind from others', () => {
    expect(isArpForIpv4(request, 0, 28)).toBe(true);
    expect(isArpForIpv4(request, 0, 27)).toBe(false);
    for (const at of [1, 2, 4, 5]) {
      const other = request.slice();
      other[at]! ^= 1;
      expect(isArpForIpv4(other, 0, 28), `byte ${at}`).toBe(false);
    }
  });
});
