const origin = process.env.ORIGIN ?? 'http://localhost:8080';

for (const path of ['/health', '/cart']) {
  const before = performance.now();
  const response = await fetch(new URL(path, origin), {
    signal: AbortSignal.timeout(2000),
  });
  const text = await response.text();
  const ms = (performance.now() - before).toFixed(0);
  console.log(`${path}: ${response.status} after ${ms} ms, ${text.trim()}`);
}
