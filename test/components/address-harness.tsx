// Brings the address explorer to life over its own markup, as the site does: `?initial=…&other=…&theme=dark`. What is
// in `?typed=…` stands in the field before the script is there.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import '../../src/site/prose.css';
import { hydrate, render } from 'preact';
import { AddressExplorer } from '../../components/figure/AddressExplorer.tsx';

const query = new URLSearchParams(location.search);
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
const explorer = (
  <AddressExplorer
    id="explorer"
    initial={query.get('initial') ?? '192.168.1.23/24'}
    other={query.get('other') ?? ''}
  />
);
const built = document.createElement('div');
render(explorer, built);
const main = document.querySelector('main')!;
main.innerHTML = `<h1>Addresses</h1><figure class="figure" style="max-width: 664px; margin: 24px auto"><div>${built.innerHTML}</div><figcaption>What to see.</figcaption></figure>`;
main.style.padding = '0 16px';
render(null, built);
const typed = query.get('typed');
if (typed !== null) main.querySelector('input')!.value = typed;
hydrate(explorer, main.querySelector('figure > div')!);
main.dataset.alive = 'yes';
