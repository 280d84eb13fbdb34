import { BlockList, isIP } from 'node:net';

const internal = new BlockList();
const four = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['127.0.0.0', 8],
];
const six = [
  ['fc00::', 7],
  ['fe80::', 10],
  ['::1', 128],
];
for (const [prefix, length] of four) internal.addSubnet(prefix, length);
for (const [prefix, length] of six) internal.addSubnet(prefix, length, 'ipv6');

export function isInternal(text) {
  const version = isIP(text); // 0: not an address at all, whatever it looks like
  if (version === 0) throw new TypeError(`not an address: ${text}`);
  return internal.check(text, version === 6 ? 'ipv6' : 'ipv4');
}
