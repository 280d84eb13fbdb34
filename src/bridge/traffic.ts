/**
 * What went through the bridge, counted.
 */
import { Samples } from './samples.ts';

export class Traffic {
  datagramsIn = 0;
  datagramsOut = 0;
  connections = 0;
  refusedConnections = 0;
  bytesIn = 0;
  bytesOut = 0;
  packetsIn = 0;
  packetsOut = 0;
  /** Thrown away, by reason. */
  readonly dropped = new Map<string, number>();
  /** How much later answers to datagrams left than the world had them, in milliseconds. */
  readonly added = new Samples();

  drop(reason: string, count = 1): void {
    if (count > 0) this.dropped.set(reason, (this.dropped.get(reason) ?? 0) + count);
  }

  lines(): string[] {
    const said: string[] = [];
    if (this.datagramsIn + this.datagramsOut > 0)
      said.push(`datagrams: ${this.datagramsIn} in, ${this.datagramsOut} out`);
    if (this.connections > 0)
      said.push(`connections: ${this.connections}, ${this.bytesIn} bytes in, ${this.bytesOut} bytes out`);
    if (this.packetsIn + this.packetsOut > 0)
      said.push(`packets: ${this.packetsIn} in, ${this.packetsOut} out`);
    for (const [reason, count] of this.dropped) said.push(`dropped: ${count}, ${reason}`);
    return said.length > 0 ? said : ['nothing came in'];
  }
}
