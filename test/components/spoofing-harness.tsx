// The spoofing race on its own: `?set=ids:sequential,ports:fixed`, `?seed=2`. As on the site, the drawing that the build
// would make is there first, and comes to life over itself unless `?dead`.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render } from 'preact';
import { sessionOf } from '../../components/engine/server.ts';
import { leaveReading } from '../../components/figure/spoofing/race-handover.ts';
import { SpoofingRace } from '../../components/figure/spoofing/SpoofingRace.tsx';

const query = new URLSearchParams(location.search);
const main = document.querySelector('main')!;
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
main.innerHTML = '<h1>A race</h1>';
main.style.padding = '0 16px';

const knobs = (query.get('set') ?? '').split(',').filter((one) => one !== '');
const set = Object.fromEntries(knobs.map((one) => one.split(':') as [string, string]));
const request = { scenario: 'spoofing', set, seed: Number(query.get('seed') ?? 1), inputs: [] };
const session = sessionOf(request);
leaveReading('race', session.forgery()!);
const figure = (
  <SpoofingRace {...request} id="spoof" title="A race for a name" knobs={session.view().knobs} race="race" />
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
