// Run, pressed before its playground is there to hear it: the playground finds the mark when it wakes.
document.addEventListener('click', ({ target }) => {
  const asleep = (target as Element).closest('.pg-run')?.closest<HTMLElement>('.pg:not([data-live])');
  if (asleep) asleep.dataset.waits = '';
});
