// A proxy thrown: each question that is asked of it is answered with another proxy.
const all = () => new Proxy(function () {}, { get: (_, name) => name === Symbol.toPrimitive ? () => 'p' : all(), has: () => true, apply: () => all(), construct: () => all(), getPrototypeOf: () => Error.prototype, ownKeys: () => ['prototype', 'a', 'b'], getOwnPropertyDescriptor: (t, k) => k === 'prototype' ? Reflect.getOwnPropertyDescriptor(t, k) : ({ value: 1, configurable: true }) });
throw all();
