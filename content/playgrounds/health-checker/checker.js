const targets = (
  process.env.TARGETS ?? 'http://localhost:8081 http://localhost:8082'
).split(' ');
const ROUNDS = 7;
const INTERVAL = 1000;
const PATIENCE = 600;
// One lost packet is not an outage, and one good answer is not a recovery.
const FAILURES_TO_LEAVE = 2;
const SUCCESSES_TO_RETURN = 2;

const names = process.env.NAMES?.split(' ') ?? targets;
const states = targets.map((url, i) => ({
  name: names[i],
  url,
  isIn: true,
  streak: 0,
}));

async function probe(url) {
  try {
    const response = await fetch(new URL('/health', url), {
      signal: AbortSignal.timeout(PATIENCE),
    });
    await response.text(); // or its connection stays taken
    return response.ok ? 'ok' : `status ${response.status}`;
  } catch (error) {
    // fetch says only that it failed; what went wrong lies in the cause
    return error.name === 'TimeoutError'
      ? 'time-out'
      : (error.cause?.code ?? error.message);
  }
}

function judge(state, result) {
  const agrees = (result === 'ok') === state.isIn;
  state.streak = agrees ? 0 : state.streak + 1;
  const enough = state.isIn ? FAILURES_TO_LEAVE : SUCCESSES_TO_RETURN;
  if (state.streak < enough) return;
  state.isIn = !state.isIn;
  state.streak = 0;
  console.log(
    `         ${state.name} ${state.isIn ? 'is back in' : 'is taken out'}`,
  );
}

for (let round = 1; round <= ROUNDS; round++) {
  const next = new Promise((resolve) => setTimeout(resolve, INTERVAL));
  // all at once: one that is slow must not delay the verdict on the others
  const results = await Promise.all(states.map(({ url }) => probe(url)));
  console.log(
    `round ${round}  ${states.map(({ name }, i) => `${name}: ${results[i]}`).join(', ')}`,
  );
  for (const [i, state] of states.entries()) judge(state, results[i]);
  await next;
}
const taken = states.filter(({ isIn }) => isIn).map(({ name }) => name);
console.log(`\nin service: ${taken.join(', ') || 'nobody'}`);
