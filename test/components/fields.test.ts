// The fields of dissected frames, as the bytes panel reads them; frames from test/vectors/linux-frames.ts.
import { describe, expect, it } from 'vitest';
import { dissectFrame } from '#engine/wire/frame.ts';
import {
  bytesOf,
  changesSince,
  fieldsOf,
  leavesAt,
  letterOf,
  openAtFirst,
  placeText,
  rawText,
  shortLayer,
  specParts,
  visible,
} from '../../components/player/fields.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { run } from './fixture.ts';

const bytes = (name: keyof typeof FRAMES) =>
  Uint8Array.from(FRAMES[name].match(/../g)!, (pair) => Number.parseInt(pair, 16));
const fields = (name: keyof typeof FRAMES) => fieldsOf(dissectFrame(bytes(name)));
const find = (all: ReturnType<typeof fieldsOf>, label: string) =>
  all.find(({ node }) => node.label === label)!;

describe('fieldsOf', () => {
  it('puts parents before children, and gives each its layer and place', () => {
    const all = fields('dnsAnswer');
    expect(all.filter(({ level }) => level === 1).map(({ node }) => shortLayer(node.label))).toEqual([
      'Ethernet',
      'IPv4',
      'UDP',
      'DNS',
    ]);
    expect(all.every((field, i) => field.index === i && (field.parent?.index ?? -1) < i)).toBe(true);
    const pointer = find(all, 'Compression pointer');
    expect(pointer).toMatchObject({ layer: 'dns', place: 1, siblings: 1, level: 5 });
    expect(all.filter(({ level }) => level === 1).map(letterOf)).toEqual(['L', 'I', 'U', 'D']);
  });

  it('gives fields of equal labels different paths', () => {
    const labels = fields('dnsQuery').filter(({ node }) => node.label === 'Label');
    expect(labels.map(({ path }) => path.split('/').at(-1))).toEqual(['Label', 'Label 2']);
    for (const name of Object.keys(FRAMES) as (keyof typeof FRAMES)[]) {
      const paths = fields(name).map(({ path }) => path);
      expect(new Set(paths).size, name).toBe(paths.length);
    }
  });

  it('has a leaf for every byte of every frame', () => {
    for (const name of Object.keys(FRAMES) as (keyof typeof FRAMES)[]) {
      const all = fields(name);
      for (let byte = 0; byte < bytes(name).length; byte++)
        expect(leavesAt(all, byte).length, `${name} ${byte}`).toBeGreaterThan(0);
    }
  });
});

describe('what is open at first', () => {
  it('is the innermost layer, and in it what holds more than plain fields', () => {
    const all = fields('syn');
    const seen = visible(all, openAtFirst(all)).map(({ node }) => node.label);
    expect(seen).toContain('Control bits');
    expect(seen).toContain('Timestamps');
    expect(seen).not.toContain('Synchronize');
    expect(seen).not.toContain('Time to live');
  });
});

describe('changesSince', () => {
  it('names what a router with address translation changed, and nothing else', () => {
    const { frames, view } = run();
    const syn = Array.from(view.hops.frame).filter((_, hop) => view.hops.packet[hop] === 4);
    const [first, , last] = [...new Set(syn)].map((frame) => fieldsOf(dissectFrame(frames[frame]!)));
    const changes = changesSince(first!, last!).map(({ field, was }) => `${field.node.label} ${was}`);
    expect(changes).toContain('Time to live 64 hops left');
    expect(changes.join()).toContain('Source 192.168.1.23');
    expect(changes.join()).not.toContain('port');
  });
});

describe('texts', () => {
  it('say where a field lies', () => {
    const all = fields('dnsAnswer');
    expect(placeText(find(all, 'Compression pointer').node)).toBe('bytes 76–77');
    expect(placeText(find(all, 'Opcode').node)).toBe('bits 1–4 of byte 44');
    expect(placeText(find(all, 'Truncated').node)).toBe('bit 6 of byte 44');
    expect(placeText(find(all, 'Fragment offset').node)).toBe('bits 3–15 of bytes 20–21');
    expect(bytesOf(find(all, 'Fragment offset').node)).toEqual([20, 22]);
  });

  it('show bytes, and bits where a field is less than bytes', () => {
    const all = fields('dnsAnswer');
    const raw = bytes('dnsAnswer');
    expect(rawText(raw, find(all, 'Compression pointer').node)).toBe('c0 0c');
    expect(rawText(raw, find(all, 'Header length').node)).toBe('0101');
    expect(rawText(raw, { bitStart: 0, bitLength: 256 }, 4)).toBe('00 00 5e 00 …');
  });

  it('lead to the section of the RFC', () => {
    expect(specParts('RFC 826 “Packet format”, RFC 5227 §1.1')).toEqual([
      { text: 'RFC 826', href: 'https://www.rfc-editor.org/rfc/rfc826' },
      { text: ' “Packet format”, ', href: undefined },
      { text: 'RFC 5227 §1.1', href: 'https://www.rfc-editor.org/rfc/rfc5227#section-1.1' },
    ]);
    expect(specParts('RFC 9112 Appendix B.2')[0]!.href).toBe(
      'https://www.rfc-editor.org/rfc/rfc9112#appendix-B.2',
    );
  });
});
