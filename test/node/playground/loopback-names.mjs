// Loaded into each program of a playground that runs on real Node (`--import`): the zone's names lead to loopback
// addresses, one for each simulated machine, and questions to DNS go to the simulated resolver (the bridge's door).
//
// LOOPBACK_NAMES is {name: address}, LOOPBACK_DNS the door's address and port. Everything else is Node's own.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const names = new Map(Object.entries(JSON.parse(process.env.LOOPBACK_NAMES)));
const servers = [process.env.LOOPBACK_DNS];
delete process.env.LOOPBACK_NAMES;
delete process.env.LOOPBACK_DNS;

const { lookup } = dns;
const { lookup: lookupPromise, Resolver } = dns.promises;
const isZones = (name) => /\.(example|invalid)$/.test(name);

function failure(hostname) {
  const message = `getaddrinfo ENOTFOUND ${hostname}`;
  return Object.assign(new Error(message), {
    errno: -3008,
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname,
  });
}

dns.lookup = (name, options, callback) => {
  if (!isZones(name)) return lookup(name, options, callback);
  const done = callback ?? options;
  const address = names.get(name);
  const isAll = typeof options === 'object' && options.all;
  // as from another thread: never before what the caller still has to do
  setImmediate(() => {
    if (address === undefined) done(failure(name));
    else if (isAll) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  });
};
dns.promises.lookup = async (name, options) => {
  if (!isZones(name)) return lookupPromise(name, options);
  const address = names.get(name);
  if (address === undefined) throw failure(name);
  return options?.all ? [{ address, family: 4 }] : { address, family: 4 };
};
dns.promises.Resolver = class extends Resolver {
  constructor(options) {
    super(options);
    this.setServers(servers);
  }
};
dns.setServers(servers);
syncBuiltinESMExports();
