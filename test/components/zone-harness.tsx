// The zone editor on its own, over a real run: `?t=30000` (ms), `?dead` as the page is without script. As on the site, the
// drawing that the build would make is there first, and comes to life over itself.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render } from 'preact';
import { prepare, sessionOf } from '../../components/engine/server.ts';
import { checkZone } from '../../components/engine/zones.ts';
import { ZoneEditor } from '../../components/figure/ZoneEditor.tsx';

const query = new URLSearchParams(location.search);
const scenario = query.get('scenario') ?? 'own-zone';
const request = { scenario, set: {}, seed: 1, inputs: [] };
const main = document.querySelector('main')!;
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
main.innerHTML = '<h1>Figures</h1><h2>A zone</h2>';
main.style.padding = '0 16px';

const session = sessionOf(request);
const time = Math.round(Number(query.get('t') ?? 0) * 1e6);
const [zone] = session.view().zones;
const { placed } = prepare(request, { id: 'zone', cursor: time, panels: ['map'] });
const figure = (
  <ZoneEditor
    title={zone!.label}
    label={`${zone!.label}, an editor`}
    placed={placed}
    zone={{ machine: zone!.machine, origin: zone!.origin }}
    findings={checkZone(zone!.text, zone!.origin).findings}
    log={{
      queries: session
        .nameServerLog()
        .queries.filter((one) => one.time <= time)
        .slice(-50),
      more: 0,
      loads: [],
    }}
    caches={{ time, caches: session.caches(time) }}
    width={1040}
  />
);
const built = document.createElement('div');
render(figure, built);
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
