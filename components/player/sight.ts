// Lists that scroll keep what they speak of in sight. Only the list moves, never the page.

/** `head`: height of what stands still over the top of the list. `ahead`: rows of its height to show after it. */
export function keepInSight(list: HTMLElement, row: HTMLElement, head = 0, ahead = 0): void {
  const frame = list.getBoundingClientRect();
  const place = row.getBoundingClientRect();
  const above = place.top - frame.top - list.clientTop - head;
  const below = place.bottom - frame.top - list.clientTop - list.clientHeight;
  if (above < 0) list.scrollTop += above;
  else if (below > 0) list.scrollTop += Math.min(above, below + ahead * place.height);
}
