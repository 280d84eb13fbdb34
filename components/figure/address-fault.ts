// Why a text is no address, in a sentence that helps to mend it.
import { isIp4 } from '../engine/addresses.ts';
import { formatNumber } from '../engine/format.ts';

/** What is wrong with a text that neither a strict parser nor a browser reads. */
export function addressFault(host: string): string {
  if (host === '') return 'There is no address before the slash or the colon.';
  if (/\s/.test(host)) return 'There is a space inside.';
  if (host.includes(':')) return fault6(host);
  if (/^[\d.]+%/.test(host)) return 'IPv4 has no zones: what stands behind % belongs to IPv6.';
  if (/^0x[\w.]*$/i.test(host)) return fault4(host);
  if (/^\.|\.\./.test(host)) return 'A number is missing beside a dot.';
  if (!/^[\da-fx.]+$/i.test(host) || !/\d/.test(host) || /[g-wyz]/i.test(host)) {
    const strange = /[^\w.-]/.exec(host)?.[0];
    return strange === undefined || /[a-z]{2}/i.test(host)
      ? 'That is a name, or part of one. Names have no bits: a resolver must find the address first.'
      : `“${strange}” has no place in an address.`;
  }
  return fault4(host);
}

function fault4(host: string): string {
  const parts = host.replace(/\.$/, '').split('.');
  if (parts.length > 4) return `IPv4 has four parts, and here are ${parts.length}.`;
  for (const [i, part] of parts.entries()) {
    const isHex = /^0x/i.test(part);
    const isLast = i === parts.length - 1;
    const most = isLast ? 256 ** (5 - parts.length) - 1 : 255;
    if (isHex && /[^\da-f]/i.test(part.slice(2))) return `${part} is no hexadecimal number.`;
    if (!isHex && /\D/.test(part)) return `${part} is no number; in hexadecimal it would begin with 0x.`;
    if (!isHex && /^0\d/.test(part) && /[89]/.test(part))
      return `${part} begins with 0, so browsers read it as octal, which has no 8 or 9. Leave the zero out.`;
    const value = !isHex && /^0\d/.test(part) ? Number.parseInt(part, 8) : Number(part);
    if (value > most && parts.length === 1) return `${part} does not fit into 32 bits.`;
    const holds = most === 255 ? 'eight bits hold' : 'this part holds';
    if (value > most) return `${part} is too large: ${holds} ${formatNumber(most)} at most.`;
  }
  return 'That is no IPv4 address.';
}

function fault6(host: string): string {
  const [text, ...zone] = host.split('%');
  if (zone.length > 0 && (zone.length > 1 || zone[0] === ''))
    return 'Behind % stands one zone: the name of a link, such as eth0.';
  const doubles = text!.split('::').length - 1;
  if (text!.includes(':::')) return 'Three colons in a row mean nothing; two stand for groups of zeros.';
  if (doubles > 1)
    return 'Only one :: may stand in an address: with two, nobody could tell how many zeros each one means.';
  const groups = text!.split(/::?/).filter((group) => group !== '');
  const tail = groups.at(-1)?.includes('.') ? groups.pop()! : undefined;
  if (tail !== undefined && !isIp4(tail))
    return `${tail} is no IPv4 address in dotted decimal, and only that may end an IPv6 address.`;
  for (const group of groups) {
    const strange = /[^\da-f]/i.exec(group)?.[0];
    if (strange !== undefined) return `“${strange}” is no hexadecimal digit.`;
    if (group.length > 4) return `${group} has ${group.length} digits; a group has four at most.`;
  }
  if (doubles === 0 && /^:|:$/.test(text!)) return 'A single colon may not begin or end an address.';
  const count = groups.length + (tail === undefined ? 0 : 2);
  const needed = 8 - count;
  if (doubles === 0 && needed > 0)
    return `IPv6 has eight groups, and here ${count === 1 ? 'is one' : `are ${count}`}. Where zeros are left out, write ::`;
  if (needed < 0) return `IPv6 has eight groups, and here are ${count}.`;
  if (doubles === 1 && needed === 0) return 'All eight groups are there, so :: stands for nothing.';
  return 'A single colon may not begin or end an address.';
}

/** What is wrong with what stands behind the slash. */
export function maskFault(mask: string, isIpv4: boolean): string {
  const width = isIpv4 ? 32 : 128;
  if (mask === '') return `Behind the slash stands the length of the prefix, from 0 to ${width}.`;
  if (/^\d+$/.test(mask))
    return `/${mask} is too long: an ${isIpv4 ? 'IPv4' : 'IPv6'} address has ${width} bits.`;
  if (!isIpv4) return `Behind the slash stands a number from 0 to ${width}; IPv6 has no netmasks.`;
  if (/^\d+(?:\.\d+){3}$/.test(mask) && isIp4(mask))
    return `${mask} is no netmask: its ones do not stand together at one end.`;
  return `“${mask}” is neither a prefix length, from 0 to 32, nor a netmask such as 255.255.255.0.`;
}
