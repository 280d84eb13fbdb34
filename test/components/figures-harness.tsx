// The figures of the chapter about addresses, each over a real run that the engine makes here, and the Player with any
// scenario: `?show=way&scenario=home-lan&packet=7`, `?show=routes`, `?show=nat&scenario=nat`, `?show=player&scenario=nat&panel=map&t=120`.
// As on the site, the drawing that the build would make is there first, and comes to life over itself.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render, type VNode } from 'preact';
import { prepareJourney } from '../../components/engine/journeys.ts';
import type { PanelName } from '../../components/engine/panel.ts';
import { prepareRoutes } from '../../components/engine/route-rows.ts';
import { prepare, sessionOf } from '../../components/engine/server.ts';
import { Encapsulation } from '../../components/figure/Encapsulation.tsx';
import { LongestPrefix } from '../../components/figure/LongestPrefix.tsx';
import { NatTable } from '../../components/figure/NatTable.tsx';
import { Player } from '../../components/player/Player.tsx';

const query = new URLSearchParams(location.search);
const scenario = query.get('scenario') ?? 'home-lan';
const set = Object.fromEntries(
  [...query].flatMap(([key, value]) => (key.startsWith('set.') ? [[key.slice(4), value]] : [])),
);
const request = { scenario, set, seed: 1, inputs: [] };
const main = document.querySelector('main')!;
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
main.innerHTML = '<h1>Figures</h1>';
main.style.padding = '0 16px';

/** As the build leaves it on a page, then alive unless `?dead`. */
function show(figure: VNode, live: VNode = figure): void {
  const built = document.createElement('div');
  render(figure, built);
  const place = document.createElement('div');
  place.innerHTML = built.innerHTML;
  render(null, built);
  const box = document.createElement('figure');
  box.className = 'figure wide';
  box.append(place);
  box.insertAdjacentHTML('beforeend', '<figcaption>What to see.</figcaption>');
  box.style.maxWidth = '1040px';
  main.append(box);
  if (!query.has('dead')) hydrate(live, place);
}

function player(id = scenario): void {
  const { placed } = prepare(request, {
    id,
    cursor: Math.round(Number(query.get('t') ?? 0) * 1e6),
    panels: [(query.get('panel') ?? 'map') as PanelName],
    machine: query.get('machine') ?? undefined,
  });
  // For the tests: when there is something to see.
  Object.assign(window, {
    view: sessionOf(request)
      .view()
      .packets.map(({ time, end }) => ({ time, end })),
  });
  const place = document.createElement('div');
  place.className = 'rt-figure';
  place.style.maxWidth = `${query.get('width') ?? 1040}px`;
  main.append(place);
  const offered: readonly PanelName[] = ['map', 'ladder', 'packets', 'why', 'transcript'];
  render(<Player placed={placed} offered={offered} narrow={placed.panels[0]!} width={1040} />, place);
}

switch (query.get('show')) {
  case 'way': {
    const packet = query.get('packet') ?? '1';
    const which = /^\d+$/.test(packet) ? Number(packet) : { filter: packet };
    const link = Number(query.get('link') ?? 1) - 1;
    show(
      <Encapsulation
        id="way"
        journey={prepareJourney(request, which)}
        link={link}
        field={query.get('field') ?? undefined}
      />,
    );
    break;
  }
  case 'routes': {
    const routes = prepareRoutes(request, query.get('machine') ?? 'router');
    const to = query.get('to') ?? routes.tries.at(-1)!;
    show(<LongestPrefix id="routes" routes={routes} initial={to} tries={routes.tries} />);
    break;
  }
  case 'nat': {
    // with a Player that it follows, or alone
    const of = query.has('of') ? 'flat' : undefined;
    if (of) player(of);
    const time = Math.round(Number(query.get('t') ?? 0) * 1e6);
    const placed = of ? undefined : prepare(request, { id: 'nat', cursor: time, panels: ['map'] }).placed;
    const built = sessionOf(request)
      .tables('home-router', time)
      .filter(({ name }) => name === 'NAT' || name === 'Refused');
    const title = 'Home router: translations';
    show(
      <NatTable
        id="nat"
        title={title}
        label={title}
        machine="home-router"
        built={built}
        time={time}
        of={of}
        placed={placed}
        width={1040}
      />,
    );
    break;
  }
  default:
    player();
}
main.dataset.alive = 'yes';
