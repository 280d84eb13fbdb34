import { describe, expect, it } from 'vitest';
import { toLatin1 } from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import type { Tap } from '../../src/engine/export/capture.ts';
import { pcapng } from '../../src/engine/export/pcapng.ts';
import { readPackets } from '../../src/engine/inspect/packets.ts';
import { dropNth, flipNth } from '../../src/engine/net/link/fault.ts';
import { evening, home, ping } from '../net/small-world.ts';

// That other programs read these files is tested in test/interop/tshark.test.ts.

interface Block {
  readonly type: number;
  readonly view: DataView;
  readonly options: ReadonlyMap<number, Uint8Array>;
}

/** Reads the blocks of a little-endian file, with their options, after section 3 of draft-ietf-opsawg-pcapng. */
function blocksOf(file: Uint8Array): Block[] {
  const whole = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const blocks: Block[] = [];
  for (let at = 0; at < file.length; ) {
    const type = whole.getUint32(at, true);
    const length = whole.getUint32(at + 4, true);
    expect(length % 4).toBe(0);
    expect(whole.getUint32(at + length - 4, true)).toBe(length);
    const view = new DataView(file.buffer, file.byteOffset + at + 8, length - 12);
    const fixed = type === 0x0a0d0d0a ? 16 : type === 1 ? 8 : 20 + ((view.getUint32(12, true) + 3) & ~3);
    const options = new Map<number, Uint8Array>();
    for (let o = fixed; o < view.byteLength; ) {
      const code = view.getUint16(o, true);
      const size = view.getUint16(o + 2, true);
      if (code !== 0) options.set(code, new Uint8Array(view.buffer, view.byteOffset + o + 4, size));
      o += 4 + ((size + 3) & ~3);
    }
    blocks.push({ type, view, options });
    at += length;
  }
  return blocks;
}

function fileOf({ world, network }: ReturnType<typeof home>, tap?: Tap) {
  const packets = readPackets(world.trace, network.channels);
  const options = { epochSeconds: world.epochSeconds, comment: 'one evening', ...(tap && { tap }) };
  return { packets, blocks: blocksOf(pcapng(world.trace, packets, network.links, options)) };
}

const comment = ({ options }: Block) => (options.has(1) ? toLatin1(options.get(1)!) : undefined);

describe('capture files', () => {
  it('begin with the section, describe each interface, and hold each packet once', () => {
    const run = evening({ seed: 1 });
    const { blocks, packets } = fileOf(run);
    const [section] = blocks;
    expect(section!.type).toBe(0x0a0d0d0a);
    expect(section!.view.getUint32(0, true)).toBe(0x1a2b3c4d);
    expect([section!.view.getUint16(4, true), section!.view.getUint16(6, true)]).toEqual([1, 0]);
    expect(comment(section!)).toBe('one evening');
    const interfaces = blocks.filter(({ type }) => type === 1);
    expect(interfaces.map(({ options }) => toLatin1(options.get(2)!))).toEqual([
      'laptop:wlan0',
      'phone:wlan0',
      'home:lan',
      'home:wan',
      'isp:home',
      'isp:web',
      'web:eth0',
      'isp:dns',
      'dns:eth0',
    ]);
    for (const { options, view } of interfaces) {
      expect(view.getUint16(0, true)).toBe(1);
      expect([...options.get(9)!]).toEqual([9]);
    }
    const frames = blocks.filter(({ type }) => type === 6);
    expect(frames.length).toBe(packets.length);
    frames.forEach(({ view }, index) => {
      const time = (BigInt(view.getUint32(4, true)) << 32n) | BigInt(view.getUint32(8, true));
      expect(time).toBe(BigInt(run.world.epochSeconds) * 1_000_000_000n + BigInt(packets[index]!.time));
      const stored = new Uint8Array(view.buffer, view.byteOffset + 20, view.getUint32(12, true));
      expect([...stored]).toEqual([...run.world.trace.frames.read(packets[index]!.frame)]);
      expect(view.getUint32(16, true)).toBe(stored.length);
    });
  });

  it('say what became of frames that did not arrive', () => {
    const run = home();
    const { laptop, network, world } = run;
    ping(laptop, '203.0.113.80');
    world.kernel.run();
    network.channelOf('home', 'isp').faults.push(dropNth([3]), flipNth(4, 400, false));
    ping(laptop, '203.0.113.80', 2);
    world.kernel.run();
    ping(laptop, '203.0.113.80', 3);
    world.kernel.run();
    ping(laptop, '100.64.0.1', 4);
    world.kernel.run({ until: world.now + 5 * MILLISECOND });
    const told = (tap: Tap) =>
      fileOf(run, tap)
        .blocks.map(comment)
        .filter((one) => one !== undefined && one !== 'one evening');
    expect(told('makers')).toEqual([
      'lost between home and isp: dropped, by your fault',
      'damaged between home and isp: the frame check sequence was wrong',
      'still between home and isp at the end of the run',
    ]);
    // seen from inside the home nothing happened to them
    expect(told({ machine: 'laptop' })).toEqual([]);
    expect(told({ link: 'home–isp' }).length).toBe(3);
  });

  it('tell what a machine sends from what it hears', () => {
    const run = home();
    ping(run.laptop, '203.0.113.80');
    run.world.kernel.run();
    const { blocks } = fileOf(run, { machine: 'laptop' });
    const flags = blocks.filter(({ type }) => type === 6).map(({ options }) => options.get(2)![0]);
    // request and answer of ARP, request and answer of the ping
    expect(flags).toEqual([2, 1, 2, 1]);
  });

  it('write frames of which only headers were kept as short captures', () => {
    const run = evening({ seed: 1, keepFrameBytes: 0 });
    const { blocks, packets } = fileOf(run);
    const frames = blocks.filter(({ type }) => type === 6);
    frames.forEach(({ view }, index) => {
      const size = run.world.trace.frames.size(packets[index]!.frame);
      expect([view.getUint32(12, true), view.getUint32(16, true)]).toEqual([Math.min(128, size), size]);
    });
    expect(frames.some(({ view }) => view.getUint32(16, true) > 1000)).toBe(true);
  });

  it('refuse a place that is not there', () => {
    expect(() => fileOf(home(), { machine: 'fridge' })).toThrow(Malformed);
    expect(() => fileOf(home(), { link: 'fridge–stove' })).toThrow(/no link is called fridge/);
  });
});
