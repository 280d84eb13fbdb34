// Committing to a guess: says what became of it, marks the choices, and unfolds the answer. Nothing is kept.
for (const form of document.querySelectorAll<HTMLFormElement>('form.guess')) {
  const details = form.querySelector('details')!;
  const said = form.querySelector<HTMLElement>('.guess-said')!;
  const labels = [...form.querySelectorAll('label')];
  const right = Number(form.dataset.right);

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = labels.findIndex((label) => label.querySelector('input')!.checked);
    if (chosen < 0) {
      said.textContent = 'Choose one first. A wrong guess teaches more than none.';
      return;
    }
    said.textContent = chosen === right ? 'That is it.' : 'Not quite. See why:';
    if (chosen !== right) labels[chosen]!.dataset.was = 'yours';
    reveal();
    details.open = true;
  });

  details.addEventListener('toggle', () => {
    if (details.open && form.dataset.done === undefined) reveal();
  });

  function reveal(): void {
    form.dataset.done = '';
    labels[right]!.dataset.was = 'right';
    for (const label of labels) label.querySelector('input')!.disabled = true;
  }
}
