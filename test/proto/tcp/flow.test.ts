/** Flow control, acknowledging, Nagle, probes, keep-alive, reassembly, wrap-around, options. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../src/engine/base/bytes.ts';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { MILLISECOND, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import { TcpConnection } from '../../../src/engine/proto/tcp/connection.ts';
import { LINUX_PROFILE } from '../../../src/engine/proto/tcp/profile.ts';
import { MAX_RUNS, Receiver } from '../../../src/engine/proto/tcp/receiver.ts';
import { BARE, patternAt, Script } from './script.ts';

const LINUX = { ...BARE, profile: 'linux' } as const;

describe('the bytes of a Linux peer', () => {
  /** Segments 1 to 3 of a capture of Linux 6.18; ours differ where SACK-permitted stands. */
  it('answers a captured SYN with Linux’s options but for SACK', () => {
    const b = new Script({
      localPort: 5001,
      remotePort: 53446,
      iss: 0xd7ff56c8,
      timestampOffset: 1179700632,
      windowScale: 10,
    });
    b.connection.listen();
    const [answer] = b.getsHex(
      'd0c61389238feae100000000a002faf018660000020405b40402080a08f12458000000000103030a',
    );
    // captured: 1389d0c6d7ff56c8238feae2a012fe88d20b0000020405b40402080a4650cd9808f124580103030a
    expect(answer).toBe('1389d0c6d7ff56c8238feae2a012fe8800000000020405b40101080a4650cd9808f124580103030a');
    b.getsHex('d0c61389238feae2d7ff56c98010003ffef200000101080a08f1248a4650cd98');
    expect(b.connection.state).toBe('ESTABLISHED');
    expect(b.kinds('tcp.option')[0]?.detail).toEqual({
      mss: 1448,
      peerMss: 1460,
      timestamps: true,
      windowScale: 10,
      peerWindowScale: 10,
      congestion: 'reno-linux',
      initialWindow: 14_480,
    });
  });

  it('announces windows like Linux: 64240, then 63 units of 1024', () => {
    const a = new Script({
      localPort: 53446,
      remotePort: 5001,
      iss: 0x238feae1,
      timestampOffset: 150021208,
      windowScale: 10,
    });
    a.connection.open(0);
    a.now = 50 * MILLISECOND;
    a.sent();
    const [ack] = a.getsHex(
      '1389d0c6d7ff56c8238feae2a012fe88d20b0000020405b40402080a4650cd9808f124580103030a',
    );
    // captured: d0c61389238feae2d7ff56c98010003ffef200000101080a08f1248a4650cd98
    expect(ack).toBe('d0c61389238feae2d7ff56c98010003f000000000101080a08f1248a4650cd98');
  });

  it('without options of the peer: MSS 536, no scaling, no timestamps', () => {
    const a = new Script({});
    a.connection.open(0);
    a.sent();
    expect(a.gets({ seq: 300, ack: 101, flags: 'SA' })).toEqual(['A 101+0 ack 301 win 64240']);
    expect(a.writes(101, 2000).map((line) => line.slice(0, 9))).toEqual([
      'A 101+536',
      'A 637+536',
      'A 1173+53',
      'PA 1709+3',
    ]);
  });

  it('reads options in any order, and passes over illegal ones (RFC 9293 §3.1, MUST-7)', () => {
    const a = new Script({});
    a.connection.open(0);
    a.sent();
    a.gets({ seq: 300, ack: 101, flags: 'SA', options: '0103030f1e0400000101040202040400' + '00'.repeat(4) });
    expect(a.kinds('tcp.option')[0]?.detail).toMatchObject({
      peerMss: 1024,
      peerWindowScale: 14,
      timestamps: false,
    });
    const b = new Script({});
    b.connection.open(0);
    b.sent();
    b.gets({ seq: 300, ack: 101, flags: 'SA', options: '020404000000000002000000' });
    expect(b.connection.state).toBe('ESTABLISHED');
    for (const hex of [
      '',
      '00',
      '0050'.repeat(6) + '4000' + '00'.repeat(6),
      '0050'.repeat(6) + 'f010' + '00'.repeat(6),
    ]) {
      const bytes = fromHex(hex);
      b.connection.handle(bytes, 0, bytes.length, 1);
    }
    b.sent();
    expect(b.kinds('tcp.drop').map((event) => event.detail.reason)).toEqual(Array(4).fill('malformed'));
  });
});

describe('PAWS (RFC 7323 §5)', () => {
  function stamped(): Script {
    const a = new Script({ windowScale: -1, receiveBuffer: 29_200 });
    a.connection.open(0);
    a.sent();
    a.now = 50 * MILLISECOND;
    a.gets({ seq: 300, ack: 101, flags: 'SA', options: '020405b40101080a0000100000000000' });
    return a;
  }

  it('refuses old timestamps, and segments without one', () => {
    const a = stamped();
    expect(a.gets({ seq: 301, ack: 101, data: 10, options: '0101080a00000fff00000000' })[0]).toContain(
      'ack 301',
    );
    expect(a.connection.readable).toBe(0);
    expect(a.gets({ seq: 301, ack: 101, data: 10 })).toEqual([]);
    a.gets({ seq: 301, ack: 101, data: 10, options: '0101080a0000100000000000' });
    expect(a.connection.readable).toBe(10);
    expect(a.kinds('tcp.drop').map((event) => event.detail.reason)).toEqual(['paws', 'no-timestamp']);
  });

  it('echoes the timestamp of the segment that the acknowledgment covers (§4.3)', () => {
    const a = stamped();
    // 2 arrives before 1: the echo stays with the last in-order segment until the hole is filled
    expect(a.gets({ seq: 401, ack: 101, data: 100, options: '0101080a0000200000000000' })[0]).toContain(
      '00001000',
    );
    expect(a.gets({ seq: 301, ack: 101, data: 100, options: '0101080a0000300000000000' })[0]).toContain(
      '00003000',
    );
  });
});

describe('acknowledging (RFC 9293 §3.8.6.3, RFC 5681 §4.2)', () => {
  it('every second full-sized segment at once, one alone after the delay', () => {
    const a = new Script().establish();
    expect(a.gets({ seq: 301, ack: 101, data: 1460 })).toEqual([]);
    expect(a.gets({ seq: 1761, ack: 101, data: 1460 })).toHaveLength(1);
    expect(a.gets({ seq: 3221, ack: 101, data: 100 })).toEqual([]);
    expect(a.until(1000)).toEqual(['250: A 101+0 ack 3321 win 26180']);
    expect(a.connection.pollTimeout()).toBe(NEVER);
  });

  it('Linux: 40 ms, but the first 16 at once', () => {
    const a = new Script(LINUX).establish();
    let seq = 301;
    for (let i = 0; i < 16; i++, seq += 100) expect(a.gets({ seq, ack: 101, data: 100 })).toHaveLength(1);
    expect(a.gets({ seq, ack: 101, data: 100 })).toEqual([]);
    expect(a.until(200)[0]).toMatch(/^90: /);
  });

  it('data takes the acknowledgment along', () => {
    const a = new Script().establish();
    a.gets({ seq: 301, ack: 101, data: 10 });
    expect(a.writes(101, 5)).toEqual(['PA 101+5 ack 311 win 29190']);
    expect(a.connection.receiver.ackDeadline).toBe(NEVER);
  });

  it('out of order, filling a hole, and old data: at once', () => {
    const a = new Script().establish();
    expect(a.gets({ seq: 401, ack: 101, data: 100 })).toEqual(['A 101+0 ack 301 win 29200']);
    expect(a.gets({ seq: 601, ack: 101, data: 100 })).toEqual(['A 101+0 ack 301 win 29200']);
    expect(a.gets({ seq: 301, ack: 101, data: 100 })).toEqual(['A 101+0 ack 501 win 29000']);
    expect(a.gets({ seq: 301, ack: 101, data: 100 })).toEqual(['A 101+0 ack 501 win 29000']);
    expect(a.gets({ seq: 501, ack: 101, data: 100 })).toEqual(['A 101+0 ack 701 win 28800']);
    expect(a.reads()).toEqual(Uint8Array.from({ length: 400 }, (_, i) => patternAt(301 + i)));
  });
});

describe('reassembly', () => {
  it('keeps the bytes that came first where segments overlap', () => {
    const a = new Script().establish();
    a.gets({ seq: 304, ack: 101, data: 'DEF' });
    a.gets({ seq: 302, ack: 101, data: 'bcdefgh' });
    a.gets({ seq: 301, ack: 101, data: 'a12' });
    expect(new TextDecoder().decode(a.reads())).toBe('abcDEFgh');
  });

  it('a FIN counts only when everything before it is there', () => {
    const a = new Script().establish();
    a.gets({ seq: 306, ack: 101, flags: 'FA', data: 5 });
    expect(a.connection.state).toBe('ESTABLISHED');
    a.gets({ seq: 301, ack: 101, data: 5 });
    expect(a.connection.state).toBe('CLOSE-WAIT');
    expect(a.connection.ended).toBe(false);
    expect(a.reads()).toHaveLength(10);
    expect(a.connection.ended).toBe(true);
  });

  it('cuts off what lies beyond the window, FIN and all', () => {
    const a = new Script({ ...BARE, receiveBuffer: 1460 }).establish();
    a.gets({ seq: 301, ack: 101, flags: 'FA', data: 2000 });
    expect(a.connection.readable).toBe(1460);
    expect(a.connection.state).toBe('ESTABLISHED');
  });

  it('remembers a bounded number of holes', () => {
    const receiver = new Receiver(LINUX_PROFILE, 65_535, 65_535, 65_535);
    receiver.start(299, 65_535);
    const byte = Uint8Array.of(7);
    for (let i = 0; i < MAX_RUNS; i++) expect(receiver.accept(302 + 2 * i, byte, 0, 1, 0)).toBe(true);
    expect(receiver.accept(302 + 2 * MAX_RUNS, byte, 0, 1, 0)).toBe(false);
    for (let i = 0; i < MAX_RUNS; i++) receiver.accept(301 + 2 * i, byte, 0, 1, 0);
    expect(receiver.accept(300, byte, 0, 1, 0)).toBe(true);
    expect(receiver.readable).toBe(2 * MAX_RUNS + 1);
    expect(receiver.holdsEarly).toBe(false);
  });
});

describe('windows', () => {
  it('stops at the peer’s window and waits for an update', () => {
    const a = new Script().establish(3000);
    expect(a.writes(101, 5000)).toEqual(['A 101+1460 ack 301 win 29200', 'A 1561+1460 ack 301 win 29200']);
    // a window that ends in the middle of a segment is no reason for a small one (§3.8.6.2.1)
    expect(a.gets({ seq: 301, ack: 3021, win: 500 })).toEqual([]);
    expect(a.gets({ seq: 301, ack: 3021, win: 5000 })).toEqual(['A 3021+1460 ack 301 win 29200']);
  });

  it('takes an acknowledgment from the very edge of our window: its sender has filled it', () => {
    const a = new Script({ ...BARE, receiveBuffer: 2920 }).establish();
    a.writes(101, 10);
    a.gets({ seq: 1761, ack: 101, data: 1460 });
    expect(a.gets({ seq: 3221, ack: 111 })).toEqual([]);
    expect(a.connection.bytesInFlight).toBe(0);
    expect(a.gets({ seq: 3222, ack: 111 })).toHaveLength(1);
    expect(a.kinds('tcp.challenge-ack')).toHaveLength(1);
  });

  it('an old segment’s window changes nothing (SND.WL1, SND.WL2)', () => {
    const a = new Script().establish(3000);
    a.gets({ seq: 301, ack: 101, data: 10, win: 4000 });
    expect(a.connection.sender.window).toBe(4000);
    a.gets({ seq: 300, ack: 101, data: 1, win: 1 });
    expect(a.connection.sender.window).toBe(4000);
  });

  it('probes a closed window with one octet, backing off, and never gives up while answered (§3.8.6.1)', () => {
    const a = new Script().establish(0);
    expect(a.writes(101, 3000)).toEqual([]);
    expect(a.until(3100)).toEqual(['1050: A 101+1 ack 301 win 29200', '3050: A 101+1 ack 301 win 29200']);
    for (let i = 0; i < 30; i++) {
      a.gets({ seq: 301, ack: 101, win: 0 });
      a.until(3100 + (i + 1) * 60_000);
    }
    expect(a.connection.error).toBeUndefined();
    expect(a.kinds('tcp.probe').length).toBeGreaterThan(20);
    expect(a.gets({ seq: 301, ack: 102, win: 4000 })).toEqual([
      'A 102+1460 ack 301 win 29200',
      'A 1562+1460 ack 301 win 29200',
    ]);
  });

  it('Linux probes with an old sequence number; silence ends it', () => {
    const a = new Script(LINUX).establish(0);
    a.writes(101, 3000);
    const lines = a.until(3_000_000);
    expect(lines[0]).toBe('300: A 100+0 ack 301 win 29200');
    expect(lines).toHaveLength(15);
    expect(a.connection.error).toBe('ETIMEDOUT');
  });

  it('a window too small for a segment is used after all when the timer runs out', () => {
    const a = new Script().establish(3000);
    a.writes(101, 2920);
    a.gets({ seq: 301, ack: 3021, win: 100 });
    expect(a.writes(3021, 1460)).toEqual([]);
    expect(a.until(2000)).toEqual(['1050: A 3021+100 ack 301 win 29200']);
  });

  it('a window that is taken back turns retransmission into probing', () => {
    const a = new Script().establish();
    a.writes(101, 1460);
    a.gets({ seq: 301, ack: 101, win: 0 });
    expect(a.kinds('tcp.zero-window')).toHaveLength(1);
    expect(a.until(2500)).toEqual(['2050: A 101+1 ack 301 win 29200']);
    expect(a.connection.cwnd).toBe(14_600);
  });

  it('our window closes, refuses data but takes the acknowledgment, and opens by whole segments', () => {
    const a = new Script({ ...BARE, receiveBuffer: 2920 }).establish();
    a.writes(101, 10);
    a.gets({ seq: 301, ack: 101, data: 1460 });
    expect(a.gets({ seq: 1761, ack: 101, data: 1460 })).toEqual(['A 111+0 ack 3221 win 0']);
    expect(a.gets({ seq: 3221, ack: 111, data: 1 })).toEqual(['A 111+0 ack 3221 win 0']);
    expect(a.connection.bytesInFlight).toBe(0);
    expect(a.kinds('tcp.drop').map((event) => event.detail.reason)).toEqual(['zero-window']);
    a.reads(1000); // less than a segment: nothing to tell (§3.8.6.2.2)
    expect(a.sent()).toEqual([]);
    a.reads(460);
    expect(a.sent()).toEqual(['A 111+0 ack 3221 win 1460']);
  });

  it('never moves its right edge back, while it grows with what is read', () => {
    const a = new Script({ windowScale: 7 });
    a.connection.open(0);
    a.sent();
    a.now = 50 * MILLISECOND;
    a.gets({ seq: 300, ack: 101, flags: 'SA', options: '020405b40101080a00000001000000000103030a' });
    let edge = 0;
    let seq = 301;
    for (let i = 0; i < 2000; i++) {
      a.now += MILLISECOND;
      for (const line of a.gets({ seq, ack: 101, data: 1448, options: '0101080a0000000100000000' })) {
        const [, ack, win] = /ack (\d+) win (\d+)/.exec(line)!;
        expect(Number(ack) + Number(win) * 128).toBeGreaterThanOrEqual(edge);
        edge = Number(ack) + Number(win) * 128;
      }
      seq += 1448;
      a.reads();
    }
    expect(edge - seq).toBeGreaterThan(80_000);
    expect(edge - seq).toBeLessThan(3_300_000);
  });
});

describe('Nagle (§3.7.4)', () => {
  it('holds a short segment while anything is unacknowledged', () => {
    const a = new Script().establish();
    expect(a.writes(101, 10)).toHaveLength(1);
    expect(a.writes(111, 10)).toEqual([]);
    expect(a.writes(121, 10)).toEqual([]);
    expect(a.gets({ seq: 301, ack: 111 })).toEqual(['PA 111+20 ack 301 win 29200']);
    const b = new Script().establish();
    expect(b.writes(101, 1500)).toEqual(['A 101+1460 ack 301 win 29200']);
  });

  it('Minshall’s variant holds it only behind another short one (appendix A.3)', () => {
    const a = new Script(LINUX).establish();
    expect(a.writes(101, 1500)).toEqual(['A 101+1460 ack 301 win 29200', 'PA 1561+40 ack 301 win 29200']);
    expect(a.writes(1601, 10)).toEqual([]);
  });

  it('noDelay switches it off', () => {
    const a = new Script({ ...BARE, noDelay: true }).establish();
    for (let seq = 101; seq < 151; seq += 10) expect(a.writes(seq, 10)).toHaveLength(1);
  });
});

describe('keep-alive (§3.8.4)', () => {
  const keepAlive = { idle: 60 * SECOND, interval: 10 * SECOND, probes: 3 };

  it('is off unless asked for', () => {
    expect(new Script().establish().connection.pollTimeout()).toBe(NEVER);
  });

  it('asks after silence, is content with an answer, and gives up without', () => {
    const a = new Script({ ...BARE, keepAlive }).establish();
    a.until(30_000);
    a.gets({ seq: 301, ack: 101, data: 1 });
    a.sent();
    const first = a.until(95_000).filter((line) => line.includes('100+0'));
    expect(first).toEqual(['90000: A 100+0 ack 302 win 29199']);
    a.gets({ seq: 302, ack: 101 });
    const rest = a.until(400_000).map((line) => Number.parseInt(line, 10));
    expect(rest).toEqual([155_000, 165_000, 175_000]);
    expect(a.connection.error).toBe('ETIMEDOUT');
    expect(a.kinds('tcp.error')).toHaveLength(1);
  });

  it('answers the probe of a peer', () => {
    const a = new Script().establish();
    expect(a.gets({ seq: 300, ack: 101 })).toEqual(['A 101+0 ack 301 win 29200']);
  });
});

describe('the rest', () => {
  it('urgent data is delivered in line', () => {
    const a = new Script().establish();
    a.gets({ seq: 301, ack: 101, flags: 'UAP', data: 'urgent' });
    expect(new TextDecoder().decode(a.reads())).toBe('urgent');
  });

  it('sequence numbers wrap in both directions', () => {
    const a = new Script({ ...BARE, iss: 0xfffff000 });
    a.connection.open(0);
    a.sent();
    a.gets({ seq: 0xffffff00, ack: 0xfffff001, flags: 'SA', options: '020405b4' });
    const lines = a.writes(0xfffff001, 5840);
    expect(lines.map((line) => line.split(' ')[1])).toEqual([
      '4294963201+1460',
      '4294964661+1460',
      '4294966121+1460',
      '285+1460',
    ]);
    a.gets({ seq: 0xffffff01, ack: 1745, data: 400 });
    a.gets({ seq: 145, ack: 1745, data: 400 });
    expect(a.connection.bytesInFlight).toBe(0);
    expect(a.reads()).toEqual(Uint8Array.from({ length: 800 }, (_, i) => patternAt((0xffffff01 + i) >>> 0)));
  });

  it('back-pressure: twice the congestion window may wait', () => {
    const a = new Script({}).establish();
    expect(a.connection.writable).toBe(87_040);
    const big = new Uint8Array(200_000);
    expect(a.connection.write(big, 0, big.length, a.now)).toBe(87_040);
    expect(a.connection.writable).toBe(0);
    const fixed = new Script({ sendBuffer: 100 }).establish();
    expect(fixed.connection.write(big, 0, big.length, a.now)).toBe(100);
  });

  it('a host that never polls events is told so', () => {
    const connection = new TcpConnection({ localPort: 1, remotePort: 2, iss: 3 });
    const junk = new Uint8Array(20);
    expect(() => {
      for (let i = 0; i < 5000; i++) connection.handle(junk, 0, 20, 0);
    }).toThrow(Misuse);
  });

  it('what was written before ESTABLISHED waits, and so does the FIN', () => {
    const a = new Script();
    a.connection.open(0);
    a.writes(101, 100);
    a.connection.shutdown(0);
    a.sent();
    expect(a.gets({ seq: 300, ack: 101, flags: 'SA' })).toEqual(['FPA 101+100 ack 301 win 29200']);
    expect(a.connection.state).toBe('FIN-WAIT-1');
    expect(toHex(a.reads())).toBe('');
  });
});
