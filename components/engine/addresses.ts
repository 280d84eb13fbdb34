// Addresses and prefixes, their texts and their arithmetic: the engine's own functions, handed on to the page.
export {
  type Cidr,
  cidr,
  commonPrefixLength,
  firstOf,
  formatCidr,
  inCidr,
  lastOf,
  networkOf,
  parseCidr,
} from '#engine/base/cidr.ts';
export { formatIp, type Ip, parseIp } from '#engine/base/ip.ts';
