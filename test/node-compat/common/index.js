// What tests in the style of Node's own `test/parallel` require as '../common': by the same names, written for programs
// on a simulated host. What such a host cannot have is said to be missing, and those tests skip themselves.

const assert = require('node:assert');
const { inspect } = require('node:util');

// ── functions that must be called, or must not

/** Each with how often it was called, looked at when the program ends. */
const expectations = [];

process.on('exit', (code) => {
  if (code !== 0) return;
  const missed = expectations.filter(({ calls, most, least }) => calls < least || calls > most);
  for (const { name, calls, most, least, where } of missed) {
    const wanted = most === least ? `exactly ${least}` : `at least ${least}`;
    console.log(`Mismatched ${name} function calls. Expected ${wanted}, actual ${calls}.`);
    if (where) console.log(where);
  }
  if (missed.length > 0) process.exit(1);
});

function counted(fn, least, most) {
  if (typeof fn === 'number') return counted(() => {}, fn, fn);
  const inner = fn ?? (() => {});
  if (typeof least !== 'number' || least < 0) throw new TypeError(`Invalid expected value: ${least}`);
  const expectation = {
    name: inner.name || '<anonymous>',
    calls: 0,
    least,
    most,
    where: String(new Error().stack).split('\n').slice(3, 4).join(''),
  };
  expectations.push(expectation);
  const wrapped = function (...args) {
    expectation.calls += 1;
    return inner.apply(this, args);
  };
  Object.defineProperties(wrapped, {
    name: { value: inner.name, configurable: true },
    length: { value: inner.length, configurable: true },
  });
  return wrapped;
}

function mustCall(fn, exact = 1) {
  return typeof fn === 'number' ? counted(undefined, fn, fn) : counted(fn, exact, exact);
}

function mustCallAtLeast(fn, least = 1) {
  return typeof fn === 'number' ? counted(undefined, fn, Infinity) : counted(fn, least, Infinity);
}

function mustSucceed(fn, exact) {
  return mustCall(function (error, ...args) {
    assert.ifError(error);
    return fn?.apply(this, args);
  }, exact);
}

function mustNotCall(message = 'function should not have been called') {
  const made = String(new Error().stack).split('\n')[2]?.trim() ?? '';
  return function mustNotCall(...args) {
    const shown =
      args.length > 0 ? `\ncalled with arguments: ${args.map((arg) => inspect(arg)).join(', ')}` : '';
    assert.fail(`${message} ${made}${shown}`);
  };
}

/** A deep view of an object through which nothing can be changed. */
function mustNotMutateObjectDeep(original) {
  const seen = new Map();
  const deep = (value) => {
    if (value === null || typeof value !== 'object') return value;
    if (seen.has(value)) return seen.get(value);
    const refuse = (what) => () => assert.fail(`Expected no side effects, got ${what}`);
    const proxy = new Proxy(value, {
      get: (target, key) => {
        const found = Reflect.get(target, key);
        return key === 'prototype' || ArrayBuffer.isView(target) ? found : deep(found);
      },
      set: refuse('a property set'),
      defineProperty: refuse('a property defined'),
      deleteProperty: refuse('a property deleted'),
      preventExtensions: refuse('extensions prevented'),
      setPrototypeOf: refuse('a prototype set'),
    });
    seen.set(value, proxy);
    return proxy;
  };
  return deep(original);
}

// ── errors and warnings

function expectsError(validator, exact) {
  return mustCall((...args) => {
    assert.strictEqual(args.length, 1, `Expected one argument, got ${inspect(args)}`);
    const [error] = args;
    // the properties of errors that count are not enumerable
    assert.throws(() => {
      throw error;
    }, validator);
    return true;
  }, exact);
}

const awaited = new Map();

function expectWarning(nameOrMap, expected, code) {
  if (awaited.size === 0)
    process.on('warning', (warning) => {
      const next = awaited.get(warning.name)?.shift();
      if (!next) assert.fail(`Unexpected warning: ${inspect(warning)}`);
      next(warning);
    });
  const add = (name, list) => {
    const pairs =
      typeof list === 'string'
        ? [[list, code]]
        : Array.isArray(list) &&
            !Array.isArray(list[0]) &&
            list.length === 2 &&
            typeof list[1] === 'string' &&
            /^[A-Z]+\d+$/.test(list[1])
          ? [list]
          : list;
    const entries = Array.isArray(pairs)
      ? pairs
      : Object.entries(pairs).map(([key, message]) => [message, key]);
    awaited.set(
      name,
      entries.map((entry) => {
        const [message, wanted] = Array.isArray(entry) ? entry : [entry, code];
        return mustCall((warning) => {
          if (message instanceof RegExp) assert.match(warning.message, message);
          else assert.strictEqual(warning.message, message);
          assert.strictEqual(warning.code, wanted);
        });
      }),
    );
  };
  if (typeof nameOrMap === 'string') add(nameOrMap, expected);
  else for (const [name, list] of Object.entries(nameOrMap)) add(name, list);
}

/** How Node ends a message about an argument of a wrong type. */
function invalidArgTypeHelper(input) {
  if (input === null || input === undefined) return ` Received ${input}`;
  if (typeof input === 'function') return ` Received function ${input.name}`;
  if (typeof input === 'object') {
    const name = input.constructor?.name;
    return name ? ` Received an instance of ${name}` : ` Received ${inspect(input, { depth: -1 })}`;
  }
  const shown = inspect(input, { colors: false });
  return ` Received type ${typeof input} (${shown.length > 28 ? `${shown.slice(0, 25)}...` : shown})`;
}

// ── skipping

function printSkipMessage(message) {
  console.log(`1..0 # Skipped: ${message}`);
}

function skip(message) {
  printSkipMessage(message);
  process.exit(0);
}

const skipIf = (condition, message) => () => {
  if (condition) skip(message);
};

// ── data

function getArrayBufferViews(buf) {
  const { buffer, byteOffset, byteLength } = buf;
  const views = [];
  for (const View of [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  ]) {
    const { BYTES_PER_ELEMENT: size = 1 } = View;
    if (byteLength % size === 0 && byteOffset % size === 0)
      views.push(new View(buffer, byteOffset, byteLength / size));
  }
  return views;
}

function getTTYfd() {
  return -1;
}

const common = {
  PIPE: '/app/pipe.sock',
  PORT: 12346,
  allowGlobals: () => {},
  buildType: 'Release',
  busyLoop: () => {},
  canCreateSymLink: () => false,
  checkoutEOL: '\n',
  childShouldThrowAndAbort: () => skip('no child processes'),
  defaultAutoSelectFamilyAttemptTimeout: 2500,
  disableCrashOnUnhandledRejection: () => process.on('unhandledRejection', () => {}),
  enoughTestMem: true,
  escapePOSIXShell: (strings, ...args) => [String.raw(strings, ...args), {}],
  expectRequiredModule: (mod, expectation) => assert.deepStrictEqual({ ...mod }, { ...expectation }),
  expectWarning,
  expectsError,
  getArrayBufferViews,
  getBufferSources: (buf) => [...getArrayBufferViews(buf), new Uint8Array(buf).buffer],
  getCallSites: () => [],
  getTTYfd,
  hasCrypto: false,
  hasFipsCrypto: false,
  hasFullICU: true,
  hasInspector: false,
  hasIntl: true,
  hasIPv6: true,
  hasLocalStorage: false,
  hasMultiLocalhost: () => true,
  hasOpenSSL: () => false,
  hasOpenSSL3: false,
  hasQuic: false,
  hasSQLite: false,
  invalidArgTypeHelper,
  isAIX: false,
  isAlive: () => true,
  isASan: false,
  isDebug: false,
  isDumbTerminal: true,
  isFreeBSD: false,
  isIBMi: false,
  isInsideDirWithUnusualChars: false,
  isLinux: true,
  isMacOS: false,
  isMainThread: true,
  isOpenBSD: false,
  isOSX: false,
  isPi: () => false,
  isRiscv64: false,
  isSunOS: false,
  isWindows: false,
  localhostIPv4: '127.0.0.1',
  localhostIPv6: '::1',
  mustCall,
  mustCallAtLeast,
  mustNotCall,
  mustNotMutateObjectDeep,
  mustSucceed,
  nodeProcessAborted: (code, signal) => code === 134 || signal === 'SIGABRT',
  opensslCli: false,
  parseTestFlags: () => [],
  parseTestMetadata: () => ({ flags: [], envs: {} }),
  platformTimeout: (time) => time,
  printSkipMessage,
  pwdCommand: ['pwd', []],
  requireNoPackageJSONAbove: () => {},
  resolveBuiltBinary: () => skip('no programs to start'),
  runWithInvalidFD: (run) => run(1e9),
  skip,
  skipIf32Bits: () => {},
  skipIfDumbTerminal: skipIf(true, 'no terminal'),
  skipIfEslintMissing: skipIf(true, 'no linter'),
  skipIfFFIMissing: skipIf(true, 'no foreign functions'),
  skipIfInspectorDisabled: skipIf(true, 'no inspector'),
  skipIfSQLiteMissing: skipIf(true, 'no SQLite'),
  skipIfWorker: () => {},
  sleepSync: () => {},
  spawnPromisified: () => skip('no child processes'),
  usesSharedLibrary: false,
};

// a name that is not here says so, where `undefined is not a function` would not
module.exports = new Proxy(common, {
  get: (target, key) => {
    if (typeof key === 'string' && !(key in target) && key !== '__esModule' && key !== 'then')
      throw new Error(`test/node-compat/common has no ${key}`);
    return target[key];
  },
});
