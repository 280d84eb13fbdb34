// Commands in the prose become buttons: pressing one brings its figure into sight and puts the command behind the prompt
// of its terminal. A figure that sleeps yet finds it when it wakes (components/engine/adopt.ts).
for (const code of document.querySelectorAll<HTMLElement>('code.try')) {
  const { in: figure = '', at } = code.dataset;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'try';
  button.textContent = code.textContent;
  button.title = 'Put it into the terminal';
  button.addEventListener('click', () => {
    const player = document.getElementById(figure);
    if (!player) return;
    player.dataset.line = button.textContent!;
    if (at) player.dataset.machine = at;
    player.scrollIntoView({ block: 'nearest' });
    player.dispatchEvent(new Event('roundtrip:try'));
  });
  code.replaceWith(button);
}
