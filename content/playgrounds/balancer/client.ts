import { env } from 'node:process';

const url = env.URL ?? 'http://localhost:8080/';
const counts = new Map<string, number>();

for (let i = 1; i <= 12; i++) {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  const text = (await response.text()).trim();
  const by = response.headers.get('x-served-by') ?? 'nobody';
  counts.set(by, (counts.get(by) ?? 0) + 1);
  console.log(`request ${i}: ${response.status} ${text}`);
}
console.log([...counts].map(([name, count]) => `${name}: ${count}`).join(', '));
