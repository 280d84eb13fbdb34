/**
 * Every scenario there is, by name.
 */
import { Malformed } from '../base/errors.ts';
import { anycast } from './addresses/anycast.ts';
import { cgnat } from './addresses/cgnat.ts';
import { dualStack } from './addresses/dual-stack.ts';
import { hairpin } from './addresses/hairpin.ts';
import { homeLan } from './addresses/home-lan.ts';
import { longestPrefix } from './addresses/longest-prefix.ts';
import { mtuBlackHole } from './addresses/mtu-black-hole.ts';
import { nat } from './addresses/nat.ts';
import { natExhaustion } from './addresses/nat-exhaustion.ts';
import { routingLoop } from './addresses/routing-loop.ts';
import { apex } from './dns/apex.ts';
import { brokenAaaa } from './dns/broken-aaaa.ts';
import { labMigration } from './dns/lab-migration.ts';
import { labOutage } from './dns/lab-outage.ts';
import { labWorksForMe } from './dns/lab-works-for-me.ts';
import { lookup } from './dns/lookup.ts';
import { migration } from './dns/migration.ts';
import { missingGlue } from './dns/missing-glue.ts';
import { negativeCache } from './dns/negative-cache.ts';
import { noService } from './dns/no-service.ts';
import { nxdomainStorm } from './dns/nxdomain-storm.ts';
import { ownZone } from './dns/own-zone.ts';
import { racingUpdaters } from './dns/racing-updaters.ts';
import { reflection } from './dns/reflection.ts';
import { resolverDown } from './dns/resolver-down.ts';
import { spoofing } from './dns/spoofing.ts';
import { stale } from './dns/stale.ts';
import { steering } from './dns/steering.ts';
import { truncation } from './dns/truncation.ts';
import { firstRequest } from './first-request/first-request.ts';
import type { AnyScenario } from './scenario.ts';
import { workbench } from './workbench/workbench.ts';

export const scenarios: readonly AnyScenario[] = [
  firstRequest,
  homeLan,
  dualStack,
  nat,
  natExhaustion,
  cgnat,
  hairpin,
  longestPrefix,
  anycast,
  mtuBlackHole,
  routingLoop,
  lookup,
  ownZone,
  truncation,
  negativeCache,
  stale,
  resolverDown,
  apex,
  noService,
  nxdomainStorm,
  reflection,
  missingGlue,
  brokenAaaa,
  spoofing,
  steering,
  migration,
  racingUpdaters,
  labMigration,
  labOutage,
  labWorksForMe,
  workbench,
];

/** Throws {@link Malformed} with the names there are. */
export function findScenario(name: string): AnyScenario {
  const found = scenarios.find((one) => one.name === name);
  if (!found)
    throw new Malformed(
      `no scenario is called “${name.slice(0, 40)}”; there are ${scenarios.map((one) => one.name).join(', ')}`,
    );
  return found;
}
