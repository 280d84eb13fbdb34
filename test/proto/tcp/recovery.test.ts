/** Retransmission: the timer (RFC 6298), Karn and timestamps, fast retransmit and NewReno (RFC 5681, 6582, 3042). */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { RoundTripTimes } from '../../../src/engine/proto/tcp/rtt.ts';
import { BARE, Script } from './script.ts';

const LINUX = { ...BARE, profile: 'linux' } as const;

describe('RFC 6298 arithmetic', () => {
  it('§2.2, §2.3: SRTT, RTTVAR and RTO, with the minimum of one second', () => {
    const rtt = new RoundTripTimes(SECOND, SECOND, 60 * SECOND, 'rto');
    expect(rtt.rto).toBe(SECOND);
    rtt.sample(400 * MILLISECOND, true);
    expect([rtt.srtt, rtt.rttvar, rtt.rto]).toEqual([400e6, 200e6, 1200e6]);
    rtt.sample(800 * MILLISECOND, true);
    // RTTVAR = 3/4 · 200 + 1/4 · 400 = 250; SRTT = 7/8 · 400 + 1/8 · 800 = 450
    expect([rtt.srtt, rtt.rttvar, rtt.rto]).toEqual([450e6, 250e6, 1450e6]);
    for (let i = 0; i < 100; i++) rtt.sample(20 * MILLISECOND, true);
    expect(rtt.rto).toBe(SECOND);
    for (let i = 0; i < 10; i++) rtt.backOff();
    expect(rtt.rto).toBe(60 * SECOND);
    expect(rtt.min).toBe(20 * MILLISECOND);
  });

  it('Linux: SRTT + 200 ms at least, however steady the path', () => {
    const rtt = new RoundTripTimes(SECOND, 200 * MILLISECOND, 120 * SECOND, 'variance');
    for (let i = 0; i < 200; i++) rtt.sample(50 * MILLISECOND, true);
    expect(rtt.rto).toBe(250 * MILLISECOND);
    rtt.sample(350 * MILLISECOND, true); // a jump widens the margin at once
    expect(rtt.rto).toBeGreaterThan(350 * MILLISECOND);
    for (let i = 0; i < 200; i++) rtt.sample(50 * MILLISECOND, true); // and it narrows over round trips
    expect(Math.round(rtt.rto / MILLISECOND)).toBe(250);
  });
});

describe('the handshake', () => {
  it('Linux sends a lost SYN after 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s and gives up at 131 s', () => {
    const a = new Script(LINUX);
    a.connection.open(0);
    a.sent();
    const times = a.until(200_000).map((line) => Number.parseInt(line, 10) / 1000);
    expect(times).toEqual([1, 2, 3, 4, 5, 7, 11, 19, 35, 67]);
    expect(a.connection.error).toBe('ETIMEDOUT');
    expect(a.kinds('tcp.error')).toHaveLength(1);
    expect(a.kinds('tcp.retransmit').map((event) => event.detail.attempt)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it('by the RFCs it doubles up to a minute, and gives up after three (§3.8.3)', () => {
    const a = new Script();
    a.connection.open(0);
    a.sent();
    expect(a.until(300_000).map((line) => Number.parseInt(line, 10) / 1000)).toEqual([
      1, 3, 7, 15, 31, 63, 123,
    ]);
    expect(a.connection.state).toBe('CLOSED');
  });

  it('a lost SYN-ACK comes again after 1, 3, 7, 15 and 31 s on Linux', () => {
    const b = new Script(LINUX);
    b.connection.listen();
    b.gets({ seq: 300, flags: 'S' });
    expect(b.until(100_000).map((line) => Number.parseInt(line, 10) / 1000)).toEqual([1, 3, 7, 15, 31]);
    expect(b.connection.error).toBe('ETIMEDOUT');
  });

  it('after a lost SYN the RTO is 3 s without a sample (RFC 6298 §5.7), and two lose the initial window', () => {
    const a = new Script();
    a.connection.open(0);
    a.sent();
    a.until(1200);
    a.gets({ seq: 300, ack: 101, flags: 'SA' });
    expect(a.connection.rto).toBe(3 * SECOND);
    expect(a.connection.srtt).toBe(-1);
    const b = new Script();
    b.connection.open(0);
    b.sent();
    b.until(3100);
    b.gets({ seq: 300, ack: 101, flags: 'SA', options: '020405b4' });
    expect(b.connection.cwnd).toBe(1460);
  });
});

describe('the retransmission timer', () => {
  it('sends the first segment again, doubles, and goes back to the start (§5.4–5.6)', () => {
    const a = new Script().establish();
    expect(a.connection.rto).toBe(SECOND);
    expect(a.writes(101, 4000)).toHaveLength(2); // Nagle keeps the short one
    expect(a.until(999 + 50)).toEqual([]);
    expect(a.until(1050)).toEqual(['1050: A 101+1460 ack 301 win 29200']);
    expect(a.connection.cwnd).toBe(1460);
    expect(a.connection.ssthresh).toBe(2920);
    expect(a.until(3050)).toEqual(['3050: A 101+1460 ack 301 win 29200']);
    expect(a.connection.ssthresh).toBe(2920); // held: it is the same segment (RFC 5681 §3.1)
    // The rest had arrived: the acknowledgment jumps, and only what is new follows
    expect(a.gets({ seq: 301, ack: 3021 })).toEqual(['PA 3021+1080 ack 301 win 29200']);
    const reasons = a
      .kinds('tcp.retransmit')
      .map((event) => `${event.detail.reason} ${event.detail.seq} ${event.detail.length}`);
    expect(reasons).toEqual(['timeout 101 1460', 'timeout 101 1460']);
    expect(a.kinds('tcp.timer')[0]?.detail).toMatchObject({ timer: 'retransmission', waited: SECOND });
  });

  it('acknowledges with the highest sequence number, although SND.NXT went back', () => {
    const a = new Script(LINUX).establish();
    a.writes(101, 4380);
    a.until(300);
    expect(a.connection.bytesInFlight).toBe(1460);
    // the peer may have everything, and would refuse an acknowledgment that starts before what it expects
    expect(a.gets({ seq: 301, ack: 101, data: 1 })).toEqual(['A 4481+0 ack 302 win 29199']);
  });

  it('goes back over everything when the acknowledgment does not jump', () => {
    const a = new Script(LINUX).establish();
    a.writes(101, 5840);
    a.until(300);
    expect(a.gets({ seq: 301, ack: 1561 })).toEqual([
      'A 1561+1460 ack 301 win 29200',
      'A 3021+1460 ack 301 win 29200',
    ]);
    expect(a.kinds('tcp.retransmit').map((event) => event.detail.reason)).toEqual([
      'timeout',
      'go-back',
      'go-back',
    ]);
  });

  it('Karn: no sample from what was sent twice, so the RTO stays doubled', () => {
    const a = new Script().establish();
    a.writes(101, 1460);
    a.until(1050);
    a.until(1100);
    a.gets({ seq: 301, ack: 1561 });
    expect(a.connection.rto).toBe(2 * SECOND);
    a.writes(1561, 1460);
    a.until(1150);
    a.gets({ seq: 301, ack: 3021 });
    expect(a.connection.rto).toBe(SECOND);
  });

  it('with timestamps the echo is a sample even then (RFC 7323 §4)', () => {
    const a = new Script({ timestampOffset: 5000 });
    a.connection.open(0);
    expect(a.sent()).toEqual(['S 100+0 win 64240 020405b40101080a000013880000000001030307']);
    a.now = 50 * MILLISECOND;
    a.gets({ seq: 300, ack: 101, flags: 'SA', options: '020405b40101080a0000000700001388' });
    a.writes(101, 100);
    a.until(350); // Linux: RTO 250 ms
    const stamped = a.kinds('tcp.retransmit');
    expect(stamped).toHaveLength(1);
    // echoes 5300, the time of the second copy: 50 ms, although the first copy left 300 ms ago
    a.gets({ seq: 301, ack: 201, options: '0101080a00000008000014b4' });
    expect(a.connection.srtt).toBe(50 * MILLISECOND);
  });

  it.each([
    ['linux', 16],
    ['rfc', 7],
  ] as const)('profile %s gives up when time-out %i comes', (profile, count) => {
    const a = new Script({ ...BARE, profile }).establish();
    a.writes(101, 10);
    const lines = a.until(2_000_000);
    expect(lines).toHaveLength(count - 1);
    expect(a.connection.state).toBe('CLOSED');
    expect(a.connection.error).toBe('ETIMEDOUT');
  });
});

describe('fast retransmit and fast recovery', () => {
  /** Ten segments of 1000 bytes in flight: 101, 1101, … 9101. */
  function tenInFlight(more = 0): Script {
    const a = new Script({ ...BARE, initialWindow: 10 }).establish(65535, 1000);
    expect(a.writes(101, 10_000 + more)).toHaveLength(10);
    a.until(100);
    return a;
  }

  it('RFC 5681 §3.2: three duplicates, and the window is half of what was in flight', () => {
    const a = tenInFlight();
    expect(a.gets({ seq: 301, ack: 101 })).toEqual([]);
    expect(a.gets({ seq: 301, ack: 101 })).toEqual([]);
    expect(a.gets({ seq: 301, ack: 101 })).toEqual(['A 101+1000 ack 301 win 29200']);
    expect(a.connection.ssthresh).toBe(5000);
    expect(a.connection.cwnd).toBe(5000);
    expect(a.kinds('tcp.retransmit').map((event) => event.detail.reason)).toEqual(['fast']);
    // full acknowledgment: recovery ends (RFC 6582 §3.2, step 3, first choice)
    a.gets({ seq: 301, ack: 10_101 });
    expect(a.connection.cwnd).toBe(2000);
    expect(a.kinds('tcp.recovery').map((event) => event.detail.state)).toEqual(['enter', 'exit']);
  });

  it('RFC 3042: the first two duplicates each let one new segment out', () => {
    const a = tenInFlight(5000);
    expect(a.gets({ seq: 301, ack: 101 })).toEqual(['A 10101+1000 ack 301 win 29200']);
    expect(a.gets({ seq: 301, ack: 101 })).toEqual(['A 11101+1000 ack 301 win 29200']);
    expect(a.gets({ seq: 301, ack: 101 })).toEqual(['A 101+1000 ack 301 win 29200']);
    expect(a.connection.ssthresh).toBe(5000); // those two do not count as flight
    // 5000 + 3 · 1000 allowed, 12000 in flight: five more duplicates before the next new segment
    const answers = [4, 5, 6, 7, 8].map(() => a.gets({ seq: 301, ack: 101 }));
    expect(answers).toEqual([[], [], [], [], ['A 12101+1000 ack 301 win 29200']]);
  });

  it('RFC 6582: partial acknowledgments send the next hole without waiting', () => {
    const a = tenInFlight();
    for (let i = 0; i < 7; i++) a.gets({ seq: 301, ack: 101 });
    expect(a.gets({ seq: 301, ack: 4101 })).toEqual(['A 4101+1000 ack 301 win 29200']);
    const deadline = a.connection.pollTimeout();
    a.until(150);
    expect(a.gets({ seq: 301, ack: 8101 })).toEqual(['A 8101+1000 ack 301 win 29200']);
    expect(a.connection.pollTimeout()).toBe(deadline); // only the first partial one restarts the timer
    expect(a.connection.cwnd).toBe(5000);
    a.gets({ seq: 301, ack: 10_101 });
    expect(a.kinds('tcp.recovery').map((event) => event.detail.state)).toEqual(['enter', 'exit']);
    expect(a.kinds('tcp.retransmit').map((event) => event.detail.seq)).toEqual([101, 4101, 8101]);
  });

  it('duplicates after a time-out are echoes of what was sent twice: no second halving', () => {
    const a = tenInFlight();
    a.until(1100);
    expect(a.connection.ssthresh).toBe(5000);
    a.gets({ seq: 301, ack: 5101 });
    for (let i = 0; i < 5; i++) a.gets({ seq: 301, ack: 5101 });
    expect(a.connection.ssthresh).toBe(5000);
    expect(a.kinds('tcp.recovery')).toEqual([]);
  });

  it('what is no duplicate: data, a new window, an old acknowledgment, nothing in flight', () => {
    const a = tenInFlight();
    a.gets({ seq: 301, ack: 101, data: 1 });
    a.gets({ seq: 302, ack: 101, data: 1 });
    a.gets({ seq: 303, ack: 101, data: 1 });
    for (let i = 0; i < 5; i++) a.gets({ seq: 304, ack: 101, win: 60_000 + i });
    expect(a.kinds('tcp.retransmit')).toEqual([]);
    const idle = new Script().establish();
    for (let i = 0; i < 5; i++) expect(idle.gets({ seq: 301, ack: 101 })).toEqual([]);
  });
});

describe('the congestion window', () => {
  it('Linux flights of 10, 20, 40, 80, 160 segments, although every second segment is acknowledged', () => {
    const a = new Script({ ...LINUX, windowScale: 10, sendBuffer: 1_000_000 });
    a.connection.open(0);
    a.sent();
    a.now = 50 * MILLISECOND;
    a.gets({ seq: 300, ack: 101, flags: 'SA', options: '020405a80103030a' });
    let acked = 101;
    const flights: number[] = [];
    let lines = a.writes(101, 600_000);
    for (let round = 0; round < 5; round++) {
      flights.push(lines.length);
      a.now += 50 * MILLISECOND;
      const next: string[] = [];
      const end = acked + lines.length * 1448;
      while (acked < end) {
        acked = Math.min(end, acked + 2 * 1448);
        next.push(...a.gets({ seq: 301, ack: acked, win: 4000 }));
      }
      lines = next;
    }
    expect(flights).toEqual([10, 20, 40, 80, 160]);
  });

  it('does not grow when the program fills only a little of it', () => {
    const a = new Script(LINUX).establish();
    for (let i = 0; i < 50; i++) {
      a.writes(101 + i * 100, 100);
      a.until(100 + i * 50);
      a.gets({ seq: 301, ack: 201 + i * 100 });
    }
    expect(a.connection.cwnd).toBe(14_600);
  });

  it('after a pause longer than the RTO it starts again from the initial window (RFC 5681 §4.1)', () => {
    const a = new Script({ ...BARE, sendBuffer: 200_000 }).establish();
    a.writes(101, 14_600);
    a.until(100);
    for (let ack = 1561; ack <= 14_701; ack += 1460) a.gets({ seq: 301, ack });
    expect(a.connection.cwnd).toBe(29_200);
    a.until(5000);
    expect(a.writes(14_701, 29_200)).toHaveLength(10);
    expect(a.connection.cwnd).toBe(14_600);
  });
});
