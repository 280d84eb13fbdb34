// The figure about a name that moves, on its own: `?set=ttl:1h,lowered:late`, `?cursor=30` in hours of the run. As on the
// site, the drawing that the build would make is there first, and comes to life over itself unless `?dead`.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render } from 'preact';
import { prepare, sessionOf } from '../../components/engine/server.ts';
import { Propagation } from '../../components/figure/Propagation.tsx';
import { buildPropagation } from '../../components/figure/propagation-build.ts';
import type { Move } from '../../components/figure/propagation-reading.ts';
import { World } from '../../components/figure/world/World.tsx';

const query = new URLSearchParams(location.search);
const main = document.querySelector('main')!;
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
main.innerHTML = '<h1>A name that moves</h1>';
main.style.padding = '0 16px';

const knobs = (query.get('set') ?? '').split(',').filter((one) => one !== '');
const set = Object.fromEntries(knobs.map((one) => one.split(':') as [string, string]));
const move: Move = {
  name: 'chaicart.example.',
  old: 'chaicart',
  fresh: 'chaicart-new',
  begins: ['Thursday', 12],
};
const request = { scenario: 'migration', set, seed: 1, inputs: [] };
const cursor = query.has('cursor') ? Number(query.get('cursor')) * 3600e9 : undefined;
const { time, world, ...props } = buildPropagation(sessionOf(request), move, cursor);
const title = 'What the resolvers of six cities believe';
const { placed } = prepare(request, { id: 'map', title, cursor: time, panels: ['map'], isBare: true });
const figure = (
  <Propagation placed={placed} title={title} move={move} {...props}>
    <World world={world} label={`A map of the world with ${props.cities.join(', ')}`} />
  </Propagation>
);

const built = document.createElement('div');
render(figure, built);
// What is a property here is an attribute in a page.
for (const input of built.querySelectorAll('input')) {
  input.setAttribute('value', input.value);
  input.toggleAttribute('checked', input.checked);
}
const place = document.createElement('div');
place.innerHTML = built.innerHTML;
render(null, built);
const box = document.createElement('figure');
box.className = 'wide rt-figure';
box.style.maxWidth = '1040px';
box.append(place);
box.insertAdjacentHTML('beforeend', '<figcaption>What to see.</figcaption>');
main.append(box);
if (!query.has('dead')) hydrate(figure, place);
main.dataset.alive = 'yes';
