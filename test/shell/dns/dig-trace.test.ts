/** dig +trace where servers mislead it: as the real program was seen to go on, or to stop. */
import { expect, it } from 'vitest';
import { HOSTS_PATH, RESOLV_CONF_PATH } from '../../../src/engine/net/host-files.ts';
import { makeResponse } from '../../../src/engine/proto/dns/message.ts';
import { TYPE } from '../../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../src/engine/wire/dns/fast.ts';
import { parseRecord } from '../../../src/engine/wire/dns/text.ts';
import { type Screen, town, type } from '../small-town.ts';

/** One server for everything, which refers to the zones in turn and to the last of them for ever. */
function trace(name: string, zones: readonly string[], server = 'ns.example'): Screen {
  const place = town({ hosts: {} });
  const { laptop, web } = place;
  laptop.files.install(RESOLV_CONF_PATH, 'nameserver 203.0.113.80\n');
  laptop.files.install(HOSTS_PATH, '203.0.113.80 ns.example\n');
  const socket = web.udp.bind(53);
  let asked = 0;
  socket.onReceive = ({ from, port, bytes }) => {
    const query = decodeDns(bytes);
    const isRoot = query.questions[0]!.type === TYPE.NS;
    const zone = isRoot ? '.' : zones[Math.min(asked++, zones.length - 1)]!;
    const records = [parseRecord(zone, 300, 'NS', isRoot ? 'ns.example.' : `${server}.`)];
    const response = makeResponse(query, 0, 1232);
    socket.send(from, port, encodeDns({ ...response, [isRoot ? 'answers' : 'authorities']: records }));
  };
  return type(place, `dig +trace ${name}`);
}

it('follows a zone that refers to itself, until it has had enough', () => {
  const { out, err, status } = trace('a.example', ['example.']);
  expect(err).toBe('dig: too many lookups\n');
  expect(status).toBe(1);
  expect(out.match(/^;; Received /gm)).toHaveLength(32);
  expect(out.match(/^;; BAD \(HORIZONTAL\) REFERRAL$/gm)).toHaveLength(31);
});

it.each(['.', 'other.'])('stops at a referral to %s', (zone) => {
  const { out, err, status } = trace('a.example', ['example.', zone]);
  expect(out).toMatch(/\tNS\tns\.example\.\n;; BAD REFERRAL\n;; Received \d+ bytes from .*\n\n$/);
  expect(out.match(/^;; Received /gm)).toHaveLength(3);
  expect({ err, status }).toEqual({ err: '', status: 0 });
});

it('cannot go on without an address', () => {
  const { out, err, status } = trace('a.example', ['example.'], 'nowhere.example');
  expect(out).toMatch(/\ncouldn't get address for 'nowhere\.example': (failure|not found)\n$/);
  expect(err).toBe("dig: couldn't get address for 'nowhere.example': no more\n");
  expect(status).toBe(1);
});
