// How wide a panel is: the page is drawn for a nominal width, and drawn again for the real one.
import { useEffect, useState } from 'preact/hooks';

/** The width in px as the browser knows it, `nominal` until then: the page was drawn for that. */
export function useWidth(box: { readonly current: HTMLElement | null }, nominal: number): number {
  const [width, setWidth] = useState(nominal);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const now = Math.round(entry!.contentRect.width);
      if (now > 0) setWidth(now);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
