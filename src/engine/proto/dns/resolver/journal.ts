/**
 * What the parts of a resolver have to tell: events, and messages to send, in the order in which they came about.
 */
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import type { DnsCache } from '../cache.ts';
import type { DnsTransmit } from '../packet.ts';

export class Journal {
  readonly #cache: DnsCache;
  #events: MachineEvent[] = [];
  #transmits: DnsTransmit[] = [];

  /** The cache's events are put in their place among those of the resolver. */
  constructor(cache: DnsCache) {
    this.#cache = cache;
  }

  emit(kind: string, detail: Detail): MachineEvent {
    return this.tell({ kind, detail });
  }

  tell(event: MachineEvent): MachineEvent {
    this.#drainCache();
    this.#events.push(event);
    return event;
  }

  send(transmit: DnsTransmit): void {
    this.#transmits.push(transmit);
  }

  pollEvent(): MachineEvent | undefined {
    this.#drainCache();
    return this.#events.shift();
  }

  pollTransmit(): DnsTransmit | undefined {
    return this.#transmits.shift();
  }

  #drainCache(): void {
    for (let event = this.#cache.pollEvent(); event; event = this.#cache.pollEvent())
      this.#events.push(event);
  }
}
