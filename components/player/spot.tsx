// A place in a drawing: across as a share of the drawing's width, down in pixels; what is inside is in pixels around
// it. So drawings fit any width before a browser has measured them.
import type { ComponentChildren } from 'preact';

export interface SpotProps {
  readonly x: string;
  readonly y?: number;
  readonly class?: string;
  readonly children?: ComponentChildren;
}

export function Spot({ x, y, class: name, children }: SpotProps) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: a group inside a drawing that has its own name
    <svg x={x} y={y} class={name} overflow="visible">
      {children}
    </svg>
  );
}
