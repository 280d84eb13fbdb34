// Addresses and prefixes, their texts and their arithmetic: the engine's own functions, handed on to the page.
export { formatIp4, formatMac, isIp4 } from '#engine/base/address.ts';
export { type AddressKind, kindOf, kindOfPrefix } from '#engine/base/address-kinds.ts';
export { ip4Within, macWithin, reverseName, reverseZone } from '#engine/base/address-within.ts';
export {
  broadcastOf,
  type Cidr,
  cidr,
  commonPrefixLength,
  containsCidr,
  firstOf,
  formatCidr,
  hostsOf,
  inCidr,
  ipToBigInt,
  lastOf,
  netmaskOf,
  networkOf,
  parseCidr,
  prefixLengthOfMask,
  sizeOf,
  widthOf,
  wildcardOf,
} from '#engine/base/cidr.ts';
export { Malformed, Unsupported } from '#engine/base/errors.ts';
export { familyOf, formatIp, type Ip, isV4, parseIp } from '#engine/base/ip.ts';
export { readAddress, readInterface } from '#engine/base/ip-text.ts';
export { parseUrlHost } from '#engine/base/url-host.ts';
