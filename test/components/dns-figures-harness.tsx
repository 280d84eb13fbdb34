// The figures of the chapter about DNS on their own: `?show=dial`, `?show=world`,
// `?show=message&scenario=first-request&packet=5`, with `of` beside a Player that it follows. As on the site, the drawing that the
// build would make is there first, and comes to life over itself unless `?dead`.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render, type VNode } from 'preact';
import type { Placed } from '../../components/engine/handover.ts';
import { prepare, sessionOf } from '../../components/engine/server.ts';
import type { Split } from '../../components/engine/ttl.ts';
import { DnsMessage } from '../../components/figure/DnsMessage.tsx';
import { buildMessage } from '../../components/figure/dns-message-build.ts';
import { TtlDial } from '../../components/figure/TtlDial.tsx';
import { CITIES } from '../../components/figure/world/cities.ts';
import { drawWorld } from '../../components/figure/world/drawing.ts';
import { World } from '../../components/figure/world/World.tsx';
import { Player } from '../../components/player/Player.tsx';

const query = new URLSearchParams(location.search);
const main = document.querySelector('main')!;
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
main.innerHTML = '<h1>Figures</h1>';
main.style.padding = '0 16px';

/** As the build leaves it on a page; `isWide` takes the notes' column as well, and on phones the margins. */
function show(figure: VNode, isWide: boolean): void {
  const built = document.createElement('div');
  render(figure, built);
  const place = document.createElement('div');
  // What is a property here is an attribute in a page.
  for (const input of built.querySelectorAll('input')) {
    input.setAttribute('value', input.value);
    input.toggleAttribute('checked', input.checked);
  }
  for (const option of built.querySelectorAll('option')) option.toggleAttribute('selected', option.selected);
  place.innerHTML = built.innerHTML;
  render(null, built);
  const box = document.createElement('figure');
  box.className = isWide ? 'figure wide' : 'figure';
  box.append(place);
  box.insertAdjacentHTML('beforeend', '<figcaption>What to see.</figcaption>');
  box.style.maxWidth = isWide ? '1040px' : '664px';
  main.append(box);
  if (!query.has('dead')) hydrate(figure, place);
}

const number = (name: string, otherwise: number): number => Number(query.get(name) ?? otherwise);

function player(placed: Placed): void {
  const place = document.createElement('div');
  place.className = 'rt-figure';
  main.append(place);
  render(<Player placed={placed} offered={['map', 'packets']} narrow="packets" width={1040} />, place);
}

switch (query.get('show')) {
  case 'message': {
    const scenario = query.get('scenario') ?? 'first-request';
    const request = { scenario, set: {}, seed: 1, inputs: [] };
    const of = query.has('of') ? 'flat' : undefined;
    const { placed } = prepare(request, { id: of ?? 'anatomy', cursor: 0, panels: ['packets'] });
    const built = buildMessage(sessionOf(request), number('packet', 10));
    if (of) player(placed);
    const field = query.get('field') ?? undefined;
    const compare = query.has('compare');
    show(
      <DnsMessage
        id="anatomy"
        label="A DNS message"
        built={built}
        placed={placed}
        of={of}
        field={field}
        compare={compare}
      />,
      true,
    );
    break;
  }
  case 'world': {
    const world = drawWorld(Object.values(CITIES), query.has('note') ? { note: '5 min 00 s' } : {});
    show(<World world={world} label="A map of the world with twelve cities" />, true);
    break;
  }
  default:
    show(
      <TtlDial
        ttl={number('ttl', 300)}
        resolvers={number('resolvers', 1000)}
        visits={number('visits', 100)}
        split={(query.get('split') ?? 'zipf') as Split}
      />,
      false,
    );
}
main.dataset.alive = 'yes';
