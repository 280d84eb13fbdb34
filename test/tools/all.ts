// `npm test`: everything that must hold, the quick things first. Stops at the first that does not.
// The last line is the count of tests: N passed, N failed.
import { type Count, line, playwrightCount, resultFile, run, runBeside, sum, vitestCount } from './steps.ts';

const unit = resultFile('unit.json');
const site = resultFile('site.json');
// The compiler takes one core for a minute: the unit tests begin meanwhile.
const types = runBeside('types', 'npm', ['run', '-s', 'check']);
const steps: { name: string; go: () => boolean | Promise<boolean>; count?: () => Count }[] = [
  { name: 'lint', go: () => run('npm', ['run', '-s', 'lint']) },
  {
    name: 'unit, property and tidy tests',
    go: () => run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`]),
    count: () => vitestCount(unit),
  },
  { name: 'types', go: types },
  {
    name: 'the built site in a browser',
    go: () => run('node', ['test/tools/site.ts'], { SITE_RESULTS: site }),
    count: () => playwrightCount(site),
  },
];

const counts: Count[] = [];
let held = true;
for (const { name, go, count } of steps) {
  const began = Date.now();
  console.log(`\n── ${name}`);
  held = await go();
  const counted = count?.() ?? { passed: 0, failed: 0, skipped: 0 };
  // A part that fails without a failed test (types, lint, a build) counts as one.
  if (!held && counted.failed === 0) counted.failed = 1;
  counts.push(counted);
  console.log(`── ${name}: ${held ? 'held' : 'FAILED'} after ${Math.round((Date.now() - began) / 1000)} s`);
  if (!held) break;
}
console.log(`\n${line(sum(counts))}`);
process.exit(held ? 0 : 1);
