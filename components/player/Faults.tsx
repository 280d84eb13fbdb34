// What can go wrong, on demand: to the packet that is selected, or to the network from the moment under the cursor on.
// Each is an input of the run, listed while it is in force, and can be taken back.
import { useStore } from '@nanostores/preact';
import { useId, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import {
  byteToFlip,
  cutInput,
  delayInput,
  dropInput,
  flipInput,
  HOLD,
  hopsOf,
  hopToStrike,
  machineInput,
  wayText,
} from './fault-inputs.ts';
import { Mark, Words } from './marks.tsx';
import { Menu, MenuItem } from './menu.tsx';
import { inSentence, NBSP, withUnit } from './time.ts';

export function Faults({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const packet = useStore(figure.$packet);
  return (
    <Menu label="Faults">
      {packet !== undefined && view.packets[packet] ? (
        <ToPacket figure={figure} view={view} packet={packet} />
      ) : (
        <p class="rt-menu-note">Select a packet to drop it, to hold it back, or to flip a bit in it.</p>
      )}
      <hr />
      <ToNetwork figure={figure} view={view} />
      <hr />
      <InForce figure={figure} view={view} />
    </Menu>
  );
}

function ToPacket({ figure, view, packet }: { figure: Figure; view: RunView; packet: number }) {
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const id = useId();
  const { title, time } = view.packets[packet]!;
  const way = hopsOf(view, packet);
  const hop =
    chosen !== undefined && way.includes(chosen) ? chosen : hopToStrike(view, packet, figure.$cursor.get());
  if (hop === undefined) return <p class="rt-menu-note">{title} never left its machine.</p>;
  const drop = (): void => figure.addInput(dropInput(view, hop));
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for what the buttons in it do
    <div
      onKeyDown={(event) => {
        if (event.key !== 'd' || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        drop();
      }}
    >
      <p class="rt-menu-head">
        To this packet: {title}, {withUnit(time, 1)}
      </p>
      <MenuItem
        mark="cross"
        shortcut="D"
        onPress={drop}
        below={way.length < 2 ? <Words text={`on ${wayText(view, hop)}`} /> : undefined}
      >
        Drop it
      </MenuItem>
      <MenuItem
        mark="clock"
        onPress={() => figure.addInput(delayInput(view, hop))}
        end={`+${NBSP}${withUnit(HOLD, 0)}`}
      >
        Delay it
      </MenuItem>
      <MenuItem
        mark="flip"
        onPress={() => figure.addInput(flipInput(view, hop))}
        end={`byte ${byteToFlip(view, hop)}`}
      >
        Flip a bit in it
      </MenuItem>
      {way.length > 1 && (
        <p class="rt-menu-note">
          <label for={id}>on </label>
          <select id={id} value={hop} onChange={(event) => setChosen(Number(event.currentTarget.value))}>
            {way.map((one) => (
              <option key={one} value={one}>
                {wayText(view, one).replace(' → ', ' to ')}
              </option>
            ))}
          </select>
        </p>
      )}
    </div>
  );
}

function ToNetwork({ figure, view }: { figure: Figure; view: RunView }) {
  const cursor = useStore(figure.$cursor);
  const [choosing, setChoosing] = useState<'link' | 'machine' | undefined>(undefined);
  const toggle = (what: 'link' | 'machine'): void => setChoosing(choosing === what ? undefined : what);
  const home = view.machines.findIndex((machine) => machine.kind === 'home-router');
  return (
    <>
      <p class="rt-menu-head">To the network, from {withUnit(cursor, 1)}</p>
      <MenuItem mark="cut" expanded={choosing === 'link'} onPress={() => toggle('link')} end="choose">
        Cut a link
      </MenuItem>
      {choosing === 'link' && (
        <ul class="rt-menu-list" aria-label="Which link">
          {view.channels.map(
            ({ from, to }, link) =>
              link % 2 === 0 && (
                <li key={`${from}-${to}`}>
                  <button
                    type="button"
                    class="rt-menu-item"
                    onClick={() => {
                      figure.addInput(cutInput(view, link, figure.$cursor.get()));
                      setChoosing(undefined);
                    }}
                  >
                    {view.machines[from]!.label} – {view.machines[to]!.label}
                  </button>
                </li>
              ),
          )}
        </ul>
      )}
      <MenuItem mark="power" expanded={choosing === 'machine'} onPress={() => toggle('machine')} end="choose">
        Stop a machine
      </MenuItem>
      {choosing === 'machine' && (
        <ul class="rt-menu-list" aria-label="Which machine">
          {view.machines.map(({ name, label }, machine) => (
            <li key={name}>
              <button
                type="button"
                class="rt-menu-item"
                onClick={() => {
                  figure.addInput(machineInput(view, machine, 'off', figure.$cursor.get()));
                  setChoosing(undefined);
                }}
              >
                {label}
              </button>
            </li>
          ))}
        </ul>
      )}
      {home >= 0 && (
        <MenuItem
          mark="restart"
          onPress={() => figure.addInput(machineInput(view, home, 'restart', figure.$cursor.get()))}
          below="its NAT table is lost"
        >
          Restart {inSentence(view.machines[home]!.label)}
        </MenuItem>
      )}
    </>
  );
}

function InForce({ figure, view }: { figure: Figure; view: RunView }) {
  const { inputs } = view;
  return (
    <div aria-live="polite">
      <p class="rt-menu-head">In force: {inputs.length === 0 ? 'none' : inputs.length}</p>
      {inputs.map((input, i) => (
        <div class="rt-menu-undo" key={`${input.what}${input.time}${input.text}`}>
          <Mark name="cross" size={12} />
          <span>
            <Words text={input.text} />
          </span>
          <button type="button" onClick={() => figure.removeInput(i)}>
            undo<span class="rt-hidden">: {input.text}</span>
          </button>
        </div>
      ))}
    </div>
  );
}
