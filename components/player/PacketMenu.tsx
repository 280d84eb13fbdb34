// What can be done to the selected packet, beside the ladder's drawing and never over it.
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { Menu, MenuItem } from './menu.tsx';
import { EXTRA_DELAY, faultOn, type PacketFault } from './packet-fault.ts';
import { NBSP, withUnit } from './time.ts';

export function PacketMenu({
  figure,
  view,
  packet,
  top,
}: {
  figure: Figure;
  view: RunView;
  packet: number;
  /** Height of its upper edge in the drawing; without it, it stands below. */
  top?: number;
}) {
  const { title, time } = view.packets[packet]!;
  // On the longest link of its way: the one that a reader sees as the line.
  const canStrike = !figure.isFixed && faultOn(view, packet, 'drop') !== undefined;
  const strike = (what: PacketFault) => {
    const fault = faultOn(view, packet, what);
    if (fault && canStrike) figure.addInput(fault.input);
  };
  const head = title.split(', ')[0]!;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'd' || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    strike('drop');
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for what the first button in it does
    <div
      class={top === undefined ? 'rt-packet-menu rt-packet-below' : 'rt-packet-menu'}
      style={top === undefined ? undefined : { top: `${Math.round(top)}px` }}
      onKeyDown={onKeyDown}
    >
      <Menu label={`The packet ${head}`}>
        <p class="rt-choices-head">
          {head}, {withUnit(time)}
        </p>
        {canStrike && (
          <>
            <MenuItem mark="cross" shortcut="D" onPress={() => strike('drop')}>
              Drop it
            </MenuItem>
            <MenuItem mark="clock" onPress={() => strike('delay')}>
              Delay it by {EXTRA_DELAY / 1e6}
              {NBSP}ms
            </MenuItem>
            <MenuItem mark="flip" onPress={() => strike('flip')}>
              Flip a bit in it
            </MenuItem>
          </>
        )}
        <MenuItem mark="data" onPress={() => figure.open('packets')}>
          Open its bytes
        </MenuItem>
        <MenuItem mark="lines" onPress={() => figure.open('why')}>
          Why was it sent?
        </MenuItem>
      </Menu>
    </div>
  );
}
