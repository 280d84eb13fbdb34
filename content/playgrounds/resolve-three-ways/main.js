import dns from 'node:dns/promises';

const name = process.argv[2] ?? 'example.com';
const missing = process.argv[3] ?? 'nowhere.invalid';
const noAddress = process.argv[4] ?? '_dmarc.example.com';

async function ask(way, question) {
  const begun = performance.now();
  const answer = await question().catch((error) => error.code);
  console.log(
    `${way.padEnd(15)} ${answer}  (${Math.round(performance.now() - begun)} ms)`,
  );
  return String(answer);
}

// getaddrinfo of the system, as every connection uses it: hosts file first, then DNS.
const lookup = (host) => async () =>
  (await dns.lookup(host, { family: 4 })).address;

// Straight to the resolver, past the hosts file. Only this way tells how long the
// answer may be kept.
const resolve = (host) => async () => {
  const [first] = await dns.resolve4(host, { ttl: true });
  return `${first.address}, to be kept ${first.ttl} s`;
};

// The same with a patience of our own: by default it is seconds, several times over.
const patient = new dns.Resolver({ timeout: 1000, tries: 2 });
const own = (host) => async () => (await patient.resolve4(host)).join(', ');

console.log(name);
const bySystem = await ask('dns.lookup', lookup(name));
const byDns = await ask('dns.resolve4', resolve(name));
await ask('Resolver', own(name));
if (!byDns.startsWith(bySystem)) {
  console.log(
    'They disagree. A line in the hosts file wins over all of DNS, and only for this machine.',
  );
}

console.log(`\n${missing}: there is no such name`);
await ask('dns.lookup', lookup(missing));
await ask('dns.resolve4', resolve(missing));

console.log(`\n${noAddress}: the name exists, without an address`);
await ask('dns.lookup', lookup(noAddress));
await ask('dns.resolve4', resolve(noAddress));
