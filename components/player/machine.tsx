// The machines' line drawings, 40 × 30 around (0, 0), filled with the page so that wires pass behind.
import type { MachineKind } from '#engine/inspect/view.ts';

/** Half the size of each drawing, for what is placed beside it. */
export const MACHINE_HALF: Readonly<Record<MachineKind, readonly [width: number, height: number]>> = {
  laptop: [20, 15],
  phone: [10, 16],
  television: [20, 15],
  switch: [19, 8],
  'home-router': [18, 15],
  router: [16, 16],
  'name-server': [17, 14],
  server: [16, 16],
};

export function MachineGlyph({ kind }: { kind: MachineKind }) {
  return <g class="rt-machine-glyph">{drawing(kind)}</g>;
}

function drawing(kind: MachineKind) {
  switch (kind) {
    case 'laptop':
      return (
        <>
          <path d="M-14 -12.5 a2 2 0 0 1 2 -2 h24 a2 2 0 0 1 2 2 V6 h-28 Z" />
          <path d="M-15.5 6 h31 l4 7 h-39 Z" />
          <path d="M-4 10.3 h8" />
        </>
      );
    case 'phone':
      return (
        <>
          <rect x="-9" y="-15.5" width="18" height="31" rx="2.5" />
          <path d="M-2.5 11.5 h5" />
        </>
      );
    case 'television':
      return (
        <>
          <rect x="-19" y="-14" width="38" height="23" rx="2" />
          <path d="M-8 14 h16 M0 9 v5" />
        </>
      );
    case 'switch':
      return (
        <>
          <rect x="-18.5" y="-7" width="37" height="14" rx="2.5" />
          <path d="M-12.5 3 v-4.5 h4 v4.5 M-4.5 3 v-4.5 h4 v4.5 M3.5 3 v-4.5 h4 v4.5 M12 1 h2.5" />
        </>
      );
    case 'home-router':
      return (
        <>
          <path d="M-12 0 V-14 M12 0 V-14" />
          <rect x="-17.5" y="-1.5" width="35" height="14" rx="2.5" />
          <path d="M-11 5.5 h.01 M-5.5 5.5 h.01 M2 5.5 h9" />
        </>
      );
    case 'router':
      return (
        <>
          <circle r="15.2" />
          <path d="M-8 -3.6 h16 m-4.2 -4 l4.2 4 l-4.2 4 M8 4.2 h-16 m4.2 -4 l-4.2 4 l4.2 4" />
        </>
      );
    case 'name-server':
      return (
        <>
          <path d="M-16.5 12 v-24 h10.5 l3.5 4 h19 v20 Z" />
          <path d="M-9.5 -3 h19 M-9.5 2 h19 M-9.5 7 h12" />
        </>
      );
    case 'server':
      return (
        <>
          <rect x="-15.2" y="-15" width="30.4" height="30" rx="2" />
          <path d="M-15.2 -5 h30.4 M-15.2 5 h30.4 M-9.5 -10 h8 M9.5 -10 h.01 M-9.5 0 h8 M9.5 0 h.01 M-9.5 10 h8 M9.5 10 h.01" />
        </>
      );
  }
}
