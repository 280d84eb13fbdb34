// How wide a panel is: the page is drawn for a nominal width, and drawn again for the real one.
import { useLayoutEffect, useState } from 'preact/hooks';

/** The width in px as the browser knows it, `nominal` until then: the page was drawn for that. */
export function useWidth(box: { readonly current: HTMLElement | null }, nominal: number): number {
  const [width, setWidth] = useState(nominal);
  // Before the first picture, so that nothing is seen in the wrong width.
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    if (element.clientWidth > 0) setWidth(element.clientWidth);
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      if (now > 0) setWidth(now);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
