/**
 * `node:diagnostics_channel`: named channels on which modules tell what they do. Node's own modules tell nothing here.
 *
 * Not here: stores. There is no AsyncLocalStorage that could be bound to a channel, so what runs with a channel's stores
 * runs with none.
 */
import { checkFunction, invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { absent, unavailable } from './absent.ts';

type Name = string | symbol;
type Subscriber = (message: unknown, name: Name) => void;

const NO_CONTEXTS = 'asynchronous contexts are not followed';

export function diagnosticsChannel(node: NodeProcess) {
  const channels = new Map<Name, Channel>();

  class Channel {
    readonly name: Name;
    #subscribers: readonly Subscriber[] = [];

    /** Node's types let nobody make one, and Node anybody, even without a name. */
    constructor(name?: Name) {
      this.name = name as Name;
    }

    get hasSubscribers(): boolean {
      return this.#subscribers.length > 0;
    }

    subscribe(subscription: Subscriber): void {
      checkFunction(subscription, 'subscription');
      this.#subscribers = [...this.#subscribers, subscription];
    }

    unsubscribe(subscription: Subscriber): boolean {
      const at = this.#subscribers.indexOf(subscription);
      this.#subscribers = this.#subscribers.filter((_, i) => i !== at);
      return at >= 0;
    }

    /** What a subscriber throws goes past the program, and not to who publishes. */
    publish(message: unknown): void {
      for (const subscriber of this.#subscribers) {
        try {
          subscriber(message, this.name);
        } catch (error) {
          node.nextTick(() => node.fail(error));
        }
      }
    }

    // ── stores

    bindStore(_store: unknown): never {
      throw unavailable('Channel.bindStore', NO_CONTEXTS);
    }

    /** Whether it was bound. */
    unbindStore(_store: unknown): boolean {
      return false;
    }

    runStores<This, Args extends unknown[], Result>(
      context: unknown,
      run: (this: This, ...args: Args) => Result,
      thisArg?: This,
      ...args: Args
    ): Result {
      this.publish(context);
      return Reflect.apply(run, thisArg as This, args);
    }

    withStoreScope(data: unknown): Disposable {
      if (!this.hasSubscribers) return { [Symbol.dispose]() {} };
      this.publish(data);
      return new RunStoresScope();
    }
  }

  class RunStoresScope {
    [Symbol.dispose](): void {}
  }

  function channel(name: Name): Channel {
    if (typeof name !== 'string' && typeof name !== 'symbol')
      throw invalidType('channel', ['string', 'symbol'], name);
    const known = channels.get(name) ?? new Channel(name);
    channels.set(name, known);
    return known;
  }

  return {
    channel,
    hasSubscribers: (name: Name): boolean => channels.get(name)?.hasSubscribers ?? false,
    subscribe: (name: Name, subscription: Subscriber): void => channel(name).subscribe(subscription),
    unsubscribe: (name: Name, subscription: Subscriber): boolean => channel(name).unsubscribe(subscription),
    Channel,
    ...absent('diagnostics_channel', ['tracingChannel', 'boundedChannel'], NO_CONTEXTS),
  };
}
