import assert from 'node:assert';
import { setTimeout as wait } from 'node:timers/promises';
import Countdown from '../common/countdown.js';
import * as common from '../common/index.mjs';

const countdown = new Countdown(
  2,
  common.mustCall(() => assert.strictEqual(countdown.remaining, 0)),
);
countdown.dec();
await wait(1);
countdown.dec();
assert.throws(() => countdown.dec(), /Countdown expired/);
