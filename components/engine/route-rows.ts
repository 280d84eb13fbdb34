// The page's build: the routing table of a machine of a run, with whom its gateways are, and addresses worth a try.
import { formatIp } from '#engine/base/ip.ts';
import { TableReader } from '#engine/inspect/tables.ts';
import type { RunRequest } from '#engine/inspect/view.ts';
import type { RouteRow } from './routes.ts';
import { sessionOf } from './server.ts';

export interface PreparedRoutes {
  readonly label: string;
  readonly rows: readonly RouteRow[];
  /** `172.16.3.2` → `The one that stayed` */
  readonly owners: Readonly<Record<string, string>>;
  /** The choices of the scenario's parameter `destination`, where it has one. */
  readonly tries: readonly string[];
}

/** As the table is at the end of the run. Throws when the machine is none that routes: the build stops. */
export function prepareRoutes(request: RunRequest, machine: string): PreparedRoutes {
  const session = sessionOf(request);
  const { network, scenario, world } = session.run;
  const place = scenario.places[machine];
  if (!place) throw new Error(`${scenario.name} has no machine “${machine}”`);
  const rows = new TableReader(world.trace).living('routes', machine, session.view().end);
  if (rows.length === 0) throw new Error(`${machine} of ${scenario.name} has no routes`);
  const owners: Record<string, string> = {};
  for (const one of network.machines.values()) {
    if (!('ip' in one)) continue;
    for (const { address, addresses6 } of one.ip.nics) {
      const label = scenario.places[one.name]?.label ?? one.name;
      if (address !== undefined) owners[formatIp(address)] ??= label;
      for (const six of addresses6) owners[formatIp(six.address)] ??= label;
    }
  }
  const gateways = new Set(rows.map(({ gateway }) => gateway));
  const destination = scenario.parameters['destination'];
  return {
    label: place.label,
    rows,
    owners: Object.fromEntries(Object.entries(owners).filter(([address]) => gateways.has(address))),
    tries: destination?.kind === 'choice' ? destination.choices.map(({ value }) => value) : [],
  };
}
