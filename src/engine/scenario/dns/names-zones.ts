/**
 * The zones of the world of names, as their owners wrote them: master files (RFC 1035 §5).
 */

/** What the root says: who it is, and who serves `example.` (which stands for `com.` and all the others). */
export const ROOT_ZONE = `$ORIGIN .
$TTL 518400
@  86400  SOA  a.root.example. hostmaster.nic.example. 2026112001 1800 900 604800 86400
@         NS   a.root.example.
a.root.example.   A   198.51.100.4

example.  172800  NS  a.nic.example.
a.nic.example.  172800  A  198.51.100.20
`;

export interface Delegation {
  /** Names of the servers, absolute or relative to `example.`. */
  readonly servers: readonly string[];
  /** Addresses that the parent adds, by name. */
  readonly glue: Readonly<Record<string, readonly string[]>>;
}

/** The zone of `.example`, with ChaiCart's delegation and whatever else a scenario wants in it. */
export function exampleZone({ servers, glue }: Delegation, more = ''): string {
  const records = [
    ...servers.map((server) => `chaicart  NS  ${server}`),
    ...Object.entries(glue).flatMap(([name, addresses]) =>
      addresses.map((address) => `${name}  ${address.includes(':') ? 'AAAA' : 'A'}  ${address}`),
    ),
  ];
  return `$ORIGIN example.
$TTL 172800
@  900  SOA  a.nic hostmaster.nic 2026112001 1800 900 604800 900
@       NS   a.nic
a.nic   A    198.51.100.20
a.root  518400  A  198.51.100.4

${records.join('\n')}
${more}`;
}

/** What ChaiCart's zone says of itself, beyond its name servers. */
export interface OwnZone {
  readonly servers?: readonly string[];
  /** Seconds that addresses may be kept. */
  readonly ttl?: number;
  readonly address?: string;
  /** Seconds that absences may be kept: the SOA's last field, and the SOA's own TTL. */
  readonly minimum?: number;
  readonly soaTtl?: number;
  readonly serial?: number;
}

/** ChaiCart's zone, as somebody wrote it who wants it to be read. */
export function chaiCartZone(own: OwnZone = {}): string {
  const { servers = ['ns1'], ttl = 300, address = '192.0.2.80', minimum = 300, soaTtl = 3600 } = own;
  const glue = { ns1: '192.0.2.53', ns2: '198.51.100.53' } as const;
  return `$ORIGIN chaicart.example.
$TTL 3600
@  ${soaTtl}  SOA  ns1 hostmaster (
        ${own.serial ?? 2026112001}  ; serial: raise it with every change
        7200        ; refresh
        3600        ; retry
        1209600     ; expire
        ${String(minimum).padEnd(10)}  ; how long "no" may be kept
)
${servers.map((server) => `@       86400  NS     ${server}`).join('\n')}
${servers
  .filter((server) => server in glue)
  .map((server) => `${server}     86400  A      ${glue[server as keyof typeof glue]}`)
  .join('\n')}

@       ${String(ttl).padEnd(5)}  A      ${address}
www     ${String(ttl).padEnd(5)}  CNAME  @
@              MX     10 mail
mail           A      192.0.2.25
@              TXT    "v=spf1 mx -all"
@              CAA    0 issue "ca.example"
orders         TXT    "orders are taken on the page"
`;
}
