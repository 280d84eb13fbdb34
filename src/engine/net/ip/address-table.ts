/**
 * The addresses of a machine's interfaces as a table, live and rebuilt from the trace.
 */
import { formatIp4 } from '../../base/address.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { Projection } from '../../trace/event.ts';
import type { IpStack } from './ip-stack.ts';

export interface AddressRow {
  readonly interface: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly origin: string;
  readonly state: string;
  readonly preferredUntil: Nanoseconds;
  readonly validUntil: Nanoseconds;
}

export function addressRows(stack: IpStack): Map<string, AddressRow> {
  const rows = new Map<string, AddressRow>();
  const put = (row: AddressRow): void => {
    rows.set(`${row.interface} ${row.address}`, row);
  };
  for (const nic of stack.nics) {
    if (nic.address !== undefined) {
      put({
        interface: nic.name,
        address: formatIp4(nic.address),
        prefixLength: nic.prefixLength,
        origin: 'static',
        state: 'preferred',
        preferredUntil: NEVER,
        validUntil: NEVER,
      });
    }
    for (const { address, prefixLength, origin, state, preferredUntil, validUntil } of nic.addresses6)
      put({ interface: nic.name, address, prefixLength, origin, state, preferredUntil, validUntil });
  }
  return rows;
}

export const addressTable: Projection<AddressRow> = {
  kinds: ['address.add', 'address.state', 'address.remove'],
  apply(rows, { kind, detail }) {
    const key = `${detail!['interface']} ${detail!['address']}`;
    if (kind === 'address.remove') {
      rows.delete(key);
      return;
    }
    rows.set(key, {
      interface: String(detail!['interface']),
      address: String(detail!['address']),
      prefixLength: Number(detail!['prefixLength']),
      origin: String(detail!['origin']),
      state: String(detail!['state']),
      preferredUntil: Number(detail!['preferredUntil'] ?? NEVER),
      validUntil: Number(detail!['validUntil'] ?? NEVER),
    });
  },
};
