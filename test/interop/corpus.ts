/**
 * Frames of IPv6, ICMPv6 and fragments of both families, made at random and well formed: what a judge such as tshark is
 * shown before scenarios send them, and more kinds than scenarios ever send.
 */
import { type Mac, parseIp4 } from '../../src/engine/base/address.ts';
import { type Bytes, concatBytes, writeU16 } from '../../src/engine/base/bytes.ts';
import { type Ip, ip6, ip6Bytes, isV4 } from '../../src/engine/base/ip.ts';
import type { Ip6 } from '../../src/engine/base/ip6.ts';
import { Random } from '../../src/engine/base/random.ts';
import { CLASS, TYPE } from '../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import {
  ETHERNET_HEADER,
  ETHERTYPE_IPV4,
  ETHERTYPE_IPV6,
  frameLength,
  writeEthernet,
} from '../../src/engine/wire/ethernet.ts';
import { encodeEcho, encodeIcmpError } from '../../src/engine/wire/icmp.ts';
import { encodeEcho6, encodeIcmp6Error, fixIcmp6Checksum, icmp6 } from '../../src/engine/wire/icmp6.ts';
import { IPV4_DF, IPV4_HEADER, IPV4_MF, writeIpv4 } from '../../src/engine/wire/ipv4.ts';
import { IPV6_HEADER, writeIpv6 } from '../../src/engine/wire/ipv6.ts';
import {
  destinationOptions,
  type Ipv6Option,
  NEXT_DESTINATION_OPTIONS,
  NEXT_FRAGMENT,
  NEXT_HOP_BY_HOP,
  NEXT_NONE,
  NEXT_ROUTING,
  OPTION_PAD1,
  PROTOCOL_ICMP6,
  padIpv6Options,
  routing,
  writeFragmentHeader,
} from '../../src/engine/wire/ipv6-extension.ts';
import { encodeNd, type NdMessage } from '../../src/engine/wire/nd.ts';
import { ND_REDIRECTED, type NdOption } from '../../src/engine/wire/nd-option.ts';
import { padOptions, type TcpOption, tcpChecksum, tcpHeader } from '../../src/engine/wire/tcp.ts';
import { UDP_HEADER, writeUdp } from '../../src/engine/wire/udp.ts';

const ICMP = 1;
const TCP = 6;
const UDP = 17;

const HOSTS6 = [
  '2001:db8::1',
  '2001:db8:1:0:200:5eff:fe00:5317',
  '2001:db8:0:0:1::',
  '3fff:1:2:3:4:5:6:7',
  'fd00::53',
  'fe80::1',
  'fe80::200:5eff:fe00:5301',
  '2001:db8:2::80',
].map(ip6);
const GROUPS6 = ['ff02::1', 'ff02::2', 'ff02::1:ff00:5317', 'ff05::1:3'].map(ip6);
const HOSTS4 = ['192.168.1.23', '192.0.2.80', '198.51.100.4', '203.0.113.5', '100.64.0.9'].map(parseIp4);

/** What IP carries, and the number of its protocol. */
interface Upper {
  readonly protocol: number;
  readonly bytes: Bytes;
}

/** `count` frames; the same for the same seed. */
export function corpus(seed: number, count: number): Uint8Array[] {
  const maker = new Maker(new Random(seed));
  return Array.from({ length: count }, () => maker.frame());
}

class Maker {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  frame(): Uint8Array {
    const isV6 = this.#random.chance(0.7);
    const datagram = isV6 ? this.#datagram6(true) : this.#datagram4(true);
    const bytes = new Uint8Array(
      this.#random.chance(0.5) ? frameLength(datagram.length) : ETHERNET_HEADER + datagram.length,
    );
    writeEthernet(bytes, 0, 0x5e005301, 0x5e005317, isV6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
    bytes.set(datagram, ETHERNET_HEADER);
    return bytes;
  }

  #one<T>(choices: readonly T[]): T {
    return choices[this.#random.below(choices.length)]!;
  }

  #below(n: number): number {
    return this.#random.below(n);
  }

  #flag(): boolean {
    return this.#random.chance(0.5);
  }

  #u32(): number {
    return this.#below(65_536) * 65_536 + this.#below(65_536);
  }

  /** Bytes that no protocol is recognised in. */
  #filler(length: number): Bytes {
    return Uint8Array.from({ length }, (_, at) => 0x40 + (at % 64));
  }

  #mac(): Mac {
    return (0x5e005300 + this.#below(256)) as Mac;
  }

  // — IPv6 —

  #datagram6(mayQuote: boolean): Bytes {
    const source = this.#one(HOSTS6);
    const destination = this.#random.chance(0.2) ? this.#one(GROUPS6) : this.#one(HOSTS6);
    const upper = this.#upper(source, destination, mayQuote);
    const { next, bytes } =
      this.#random.chance(0.25) && !isMessage(upper)
        ? this.#piece6(upper)
        : this.#random.chance(0.4)
          ? this.#behindHeaders(upper)
          : { next: upper.protocol, bytes: upper.bytes };
    const isDiscovery = upper.protocol === PROTOCOL_ICMP6 && upper.bytes[0]! >= 130;
    const datagram = new Uint8Array(IPV6_HEADER + bytes.length);
    writeIpv6(
      datagram,
      0,
      bytes.length,
      next,
      isDiscovery ? 255 : this.#below(256),
      source,
      destination,
      this.#random.chance(0.3) ? this.#below(256) : 0,
      this.#flag() ? this.#below(0x10_0000) : 0,
    );
    datagram.set(bytes, IPV6_HEADER);
    return datagram;
  }

  /** A fragment of it: the first, which holds all headers, one in the middle, or the last. */
  #piece6({ protocol, bytes }: Upper): { next: number; bytes: Bytes } {
    const whole = concatBytes([bytes, this.#filler(64)]);
    const isFirst = this.#flag();
    const units = Math.floor(whole.length / 8);
    const from = isFirst ? 0 : 8 * (1 + this.#below(units - 2));
    const more = isFirst || this.#flag();
    const to = isFirst ? Math.min(whole.length, 8 * Math.ceil(bytes.length / 8)) : from + 8;
    const piece = new Uint8Array(8 + to - from);
    writeFragmentHeader(piece, 0, protocol, from, more, this.#u32());
    piece.set(whole.subarray(from, to), 8);
    return { next: NEXT_FRAGMENT, bytes: piece };
  }

  #behindHeaders({ protocol, bytes }: Upper): { next: number; bytes: Bytes } {
    const headers: (readonly [kind: number, write: (next: number) => Bytes])[] = [];
    const options = (kind: number): void => {
      const list = padIpv6Options(Array.from({ length: 1 + this.#below(2) }, () => this.#option6(kind)));
      // tshark passes over a Pad1 at the very end
      if (list.at(-1)!.type === OPTION_PAD1) list.push({ type: 1, data: new Uint8Array(6) });
      // both kinds of options look alike
      headers.push([kind, (nextHeader) => destinationOptions.encode({ nextHeader, options: list })]);
    };
    if (this.#flag()) options(NEXT_HOP_BY_HOP);
    if (this.#flag()) options(NEXT_DESTINATION_OPTIONS);
    if (this.#random.chance(0.3)) {
      const data = concatBytes([new Uint8Array(4), ip6Bytes(this.#one(HOSTS6))]);
      const type = this.#one([0, 253]);
      headers.push([
        NEXT_ROUTING,
        (nextHeader) => routing.encode({ nextHeader, type, segmentsLeft: 0, data }),
      ]);
    }
    if (this.#random.chance(0.3)) {
      const atomic = new Uint8Array(8);
      const id = this.#u32();
      headers.push([
        NEXT_FRAGMENT,
        (next) => {
          writeFragmentHeader(atomic, 0, next, 0, false, id);
          return atomic;
        },
      ]);
    }
    if (this.#random.chance(0.2)) options(NEXT_DESTINATION_OPTIONS);
    const kinds = [...headers.map(([kind]) => kind), protocol];
    const parts = headers.map(([, write], index) => write(kinds[index + 1]!));
    return { next: kinds[0]!, bytes: concatBytes([...parts, bytes]) };
  }

  #option6(kind: number): Ipv6Option {
    const data = (length: number): Bytes => this.#filler(length);
    return kind === NEXT_HOP_BY_HOP && this.#flag()
      ? { type: 5, data: new Uint8Array(2) }
      : this.#one([
          { type: 1, data: new Uint8Array(this.#below(6)) },
          { type: 0, data: new Uint8Array(0) },
          { type: 0x1e, data: data(this.#below(12)) },
          { type: 0x3e, data: data(this.#below(4)) },
          { type: 0x5e, data: data(2) },
          { type: 0x9e, data: data(3) },
          { type: 0xde, data: data(4) },
        ]);
  }

  // — above IP —

  #upper(source: Ip, destination: Ip, mayQuote: boolean): Upper {
    switch (this.#below(mayQuote ? 10 : 4)) {
      case 0:
        return { protocol: UDP, bytes: this.#udp(source, destination) };
      case 1:
        return { protocol: TCP, bytes: this.#tcp(source, destination) };
      case 2:
        return isV4(source) || this.#flag()
          ? this.#echo(source, destination)
          : { protocol: NEXT_NONE, bytes: new Uint8Array(0) };
      case 3:
        return { protocol: UDP, bytes: this.#dns(source, destination) };
      default:
        if (isV4(source)) return { protocol: ICMP, bytes: this.#message4() };
        return { protocol: PROTOCOL_ICMP6, bytes: this.#fixed(this.#message6(), source, destination as Ip6) };
    }
  }

  #udp(source: Ip, destination: Ip): Bytes {
    const payload = this.#filler(this.#below(200));
    const bytes = concatBytes([new Uint8Array(UDP_HEADER), payload]);
    writeUdp(
      bytes,
      0,
      40_000 + this.#below(100),
      this.#one([9, 33_434, 40_999]),
      payload.length,
      source,
      destination,
    );
    return bytes;
  }

  #dns(source: Ip, destination: Ip): Bytes {
    const name = 'www.chaicart.example.';
    const isAnswer = this.#flag();
    const record = { name, class: CLASS.IN, ttl: 300 } as const;
    const answers = isAnswer ? [{ ...record, type: TYPE.AAAA, data: ip6Bytes(this.#one(HOSTS6)) }] : [];
    const message = encodeDns({
      id: this.#below(65_536),
      response: isAnswer,
      opcode: 0,
      authoritative: false,
      truncated: false,
      recursionDesired: true,
      recursionAvailable: isAnswer,
      authenticData: false,
      checkingDisabled: false,
      rcode: 0,
      questions: [{ name, type: TYPE.AAAA, class: CLASS.IN }],
      answers,
      authorities: [],
      additionals: [],
    });
    const bytes = concatBytes([new Uint8Array(UDP_HEADER), message]);
    const [from, to] = isAnswer ? [53, 40_001] : [40_001, 53];
    writeUdp(bytes, 0, from!, to!, message.length, source, destination);
    return bytes;
  }

  #tcp(source: Ip, destination: Ip): Bytes {
    const options: TcpOption[] = [];
    if (this.#flag()) options.push({ kind: 2, value: 1220 + this.#below(240) });
    if (this.#flag()) options.push({ kind: 3, value: this.#below(15) });
    if (this.#flag()) options.push({ kind: 8, value: { value: this.#u32(), echo: this.#u32() } });
    const header = tcpHeader.encode({
      sourcePort: 40_000 + this.#below(100),
      destinationPort: this.#one([9, 40_999]),
      sequence: this.#u32(),
      acknowledgment: this.#u32(),
      reserved: 0,
      flags: this.#one([0x02, 0x12, 0x10, 0x18, 0x11, 0x14]),
      window: this.#below(65_536),
      checksum: 0,
      urgentPointer: 0,
      options: padOptions(options),
    });
    const bytes = concatBytes([header, this.#filler(this.#flag() ? this.#below(100) : 0)]);
    tcpHeader.set.checksum(bytes, 0, tcpChecksum(bytes, 0, bytes.length, source, destination));
    return bytes;
  }

  #echo(source: Ip, destination: Ip): Upper {
    const data = this.#filler(this.#below(120));
    const [id, sequence] = [this.#below(65_536), this.#below(65_536)];
    if (isV4(source)) return { protocol: ICMP, bytes: encodeEcho(this.#one([0, 8]), id, sequence, data) };
    const bytes = encodeEcho6(this.#one([128, 129]), id, sequence, data);
    return { protocol: PROTOCOL_ICMP6, bytes: this.#fixed(bytes, source, destination as Ip6) };
  }

  #fixed(message: Bytes, source: Ip6, destination: Ip6): Bytes {
    fixIcmp6Checksum(message, 0, message.length, source, destination);
    return message;
  }

  #message6(): Bytes {
    if (this.#random.chance(0.45)) return this.#error6();
    if (this.#random.chance(0.2)) return this.#listener();
    if (this.#random.chance(0.15)) return this.#redirect();
    return encodeNd(this.#discovery());
  }

  #error6(): Bytes {
    const about = this.#datagram6(false);
    const [type, codes] = this.#one([
      [1, 5],
      [2, 1],
      [3, 2],
      [4, 4],
    ] as const);
    // tcpdump reads on when a port is said to be closed: then it must have been one
    const code = this.#below(codes);
    const word = type === 2 ? 1280 + this.#below(9000) : type === 4 ? this.#below(about.length) : 0;
    return encodeIcmp6Error(type, code, word, about, 0, about.length);
  }

  #listener(): Bytes {
    const group = ip6Bytes(this.#one(GROUPS6));
    const head = (type: number, second: number, fourth: number): Bytes => {
      const bytes = new Uint8Array(8);
      bytes[0] = type;
      writeU16(bytes, 4, second);
      writeU16(bytes, 6, fourth);
      return bytes;
    };
    if (this.#flag()) return concatBytes([head(this.#one([130, 131, 132]), this.#below(10_000), 0), group]);
    if (this.#flag())
      return concatBytes([head(130, this.#below(10_000), 0), group, Uint8Array.of(2, 125, 0, 0)]);
    const groups = 1 + this.#below(3);
    return concatBytes([
      head(143, 0, groups),
      ...Array.from({ length: groups }, () =>
        concatBytes([Uint8Array.of(1 + this.#below(4), 0, 0, 0), group]),
      ),
    ]);
  }

  #redirect(): Bytes {
    const about = this.#datagram6(false);
    const quoted = about.subarray(0, about.length - (about.length % 8));
    const options: NdOption[] = [
      { type: 2, value: this.#mac() },
      { type: ND_REDIRECTED, value: { reserved: 0, quoted } },
    ];
    const [target, destination] = [this.#one(HOSTS6), this.#one(HOSTS6)];
    return icmp6.encode({
      type: 137,
      code: 0,
      checksum: 0,
      body: { reserved: 0, target, destination, options },
    });
  }

  #discovery(): NdMessage {
    const mac = this.#flag() ? this.#mac() : undefined;
    switch (this.#below(4)) {
      case 0:
        return { kind: 'router solicitation', sourceMac: mac };
      case 1:
        return {
          kind: 'neighbour solicitation',
          target: this.#one(HOSTS6),
          sourceMac: mac,
          nonce: this.#flag() ? this.#filler(6) : undefined,
        };
      case 2:
        return {
          kind: 'neighbour advertisement',
          target: this.#one(HOSTS6),
          router: this.#flag(),
          solicited: this.#flag(),
          override: this.#flag(),
          targetMac: mac,
        };
      default:
        return this.#routerAdvertisement(mac);
    }
  }

  #routerAdvertisement(sourceMac: Mac | undefined): NdMessage {
    const some = <T>(make: () => T): T[] => Array.from({ length: this.#below(3) }, make);
    return {
      kind: 'router advertisement',
      hopLimit: this.#below(256),
      managed: this.#flag(),
      other: this.#flag(),
      preference: this.#one([-1, 0, 1]),
      lifetime: this.#below(9001),
      reachableTime: this.#u32(),
      retransTimer: this.#u32(),
      sourceMac,
      mtu: this.#flag() ? 1280 + this.#below(500) : undefined,
      prefixes: some(() => ({
        prefix: this.#one(['2001:db8:1::', '2001:db8:2::', 'fd00:1::']) as Ip6,
        prefixLength: this.#one([48, 56, 64]),
        onLink: this.#flag(),
        autonomous: this.#flag(),
        validLifetime: this.#u32(),
        preferredLifetime: this.#u32(),
      })),
      routes: some(() => ({
        prefix: 'fd00:1:2::' as Ip6,
        prefixLength: this.#one([48, 64]),
        preference: this.#one([-1, 0, 1]),
        lifetime: this.#u32(),
      })),
      nameServers: some(() => ({
        addresses: [this.#one(HOSTS6), this.#one(HOSTS6)],
        lifetime: this.#u32(),
      })),
    };
  }

  // — IPv4 —

  #datagram4(mayQuote: boolean): Bytes {
    const [source, destination] = [this.#one(HOSTS4), this.#one(HOSTS4)];
    const upper = this.#upper(source, destination, mayQuote);
    const isPiece = this.#flag() && !isMessage(upper);
    const isFirst = this.#flag();
    const whole = isPiece ? concatBytes([upper.bytes, this.#filler(64)]) : upper.bytes;
    const from = isPiece && !isFirst ? 8 * (1 + this.#below(Math.floor(whole.length / 8) - 2)) : 0;
    const to = !isPiece ? whole.length : isFirst ? 8 * Math.ceil(upper.bytes.length / 8) : from + 8;
    const more = isPiece && (isFirst || this.#flag());
    const datagram = new Uint8Array(IPV4_HEADER + to - from);
    const flags = more ? IPV4_MF : !isPiece && this.#flag() ? IPV4_DF : 0;
    writeIpv4(
      datagram,
      0,
      to - from,
      this.#below(65_536),
      flags,
      1 + this.#below(255),
      upper.protocol,
      source,
      destination,
    );
    datagram[6] = (flags << 5) | (from >> 11);
    datagram[7] = from >> 3;
    datagram[10] = 0;
    datagram[11] = 0;
    writeU16(datagram, 10, headerSum(datagram));
    datagram.set(whole.subarray(from, to), IPV4_HEADER);
    return datagram;
  }

  #message4(): Bytes {
    const about = this.#datagram4(false);
    const [type, codes] = this.#one([
      [3, 16],
      [5, 4],
      [11, 2],
      [12, 2],
    ] as const);
    const code = this.#below(codes);
    const word =
      type === 5
        ? this.#one(HOSTS4)
        : type === 12
          ? this.#below(20) * 0x100_0000
          : type === 3 && code === 4
            ? 68 + this.#below(1500)
            : 0;
    return encodeIcmpError(type, code, word, about, 0, about.length);
  }
}

/** Of DNS in a first fragment tshark reads the beginning, and we nothing. */
function isMessage({ protocol, bytes }: Upper): boolean {
  return protocol === UDP && (bytes[1] === 53 || bytes[3] === 53);
}

/** RFC 1071, as plainly as can be. */
function headerSum(header: Bytes): number {
  let sum = 0;
  for (let at = 0; at < IPV4_HEADER; at += 2) sum += header[at]! * 256 + header[at + 1]!;
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
