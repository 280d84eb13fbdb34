// What can go wrong, on demand: to the packet that is selected, or to the network from the moment under the cursor on.
// Each is an input of the run, listed while it is in force, and can be taken back.
import '../unseen.css';
import { useStore } from '@nanostores/preact';
import { useId, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { now } from './condition.ts';
import { legsOf } from './flight.ts';
import { Mark, Words } from './marks.tsx';
import { Menu, MenuItem } from './menu.tsx';
import { byteToFlip, EXTRA_DELAY, faultOn, type PacketFault } from './packet-fault.ts';
import { inSentence, NBSP, withUnit } from './time.ts';

export function Faults({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const packet = useStore(figure.$packet);
  return (
    <Menu label="Faults">
      {packet !== undefined && view.packets[packet] ? (
        <ToPacket figure={figure} view={view} packet={packet} />
      ) : (
        <p class="rt-choices-note">Select a packet to drop it, to hold it back, or to flip a bit in it.</p>
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
  const legs = legsOf(view, packet);
  const now = figure.$cursor.get();
  const onItsWay = legs.find(({ start, end }) => start <= now && now < end)?.hop;
  const hop = legs.some((leg) => leg.hop === chosen) ? chosen : onItsWay;
  const place = faultOn(view, packet, 'drop', hop);
  if (!place) return <p class="rt-choices-note">{title} never left its machine.</p>;
  const struck = legs.find(
    ({ from, to }) => view.machines[from]!.name === place.from && view.machines[to]!.name === place.to,
  );
  const strike = (what: PacketFault): void => {
    const fault = faultOn(view, packet, what, struck?.hop);
    if (fault) figure.addInput(fault.input);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut for what the buttons in it do
    <div
      onKeyDown={(event) => {
        if (event.key !== 'd' || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        event.stopPropagation();
        strike('drop');
      }}
    >
      <p class="rt-choices-head">
        To this packet: {title}, {withUnit(time, 1)}
      </p>
      <MenuItem
        mark="cross"
        shortcut="D"
        onPress={() => strike('drop')}
        below={legs.length < 2 ? <Words text={`on ${place.fromLabel} → ${place.toLabel}`} /> : undefined}
      >
        Drop it
      </MenuItem>
      <MenuItem mark="clock" onPress={() => strike('delay')} end={`+${NBSP}${withUnit(EXTRA_DELAY, 0)}`}>
        Delay it
      </MenuItem>
      <MenuItem mark="flip" onPress={() => strike('flip')} end={`byte ${byteToFlip(view, packet)}`}>
        Flip a bit in it
      </MenuItem>
      {legs.length > 1 && (
        <p class="rt-choices-note rt-choices-way">
          <label for={id}>on its way from</label>
          <select
            id={id}
            value={struck?.hop}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
          >
            {legs.map((leg) => (
              <option key={leg.hop} value={leg.hop}>
                {view.machines[leg.from]!.label} to {view.machines[leg.to]!.label}
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
  const act = (what: string, detail: Readonly<Record<string, string>>): void => {
    figure.addInput({ time: now(figure), what, detail });
    setChoosing(undefined);
  };
  const home = view.machines.find((machine) => machine.kind === 'home-router');
  return (
    <>
      <p class="rt-choices-head">To the network, from {withUnit(cursor, 1)}</p>
      <MenuItem mark="cut" expanded={choosing === 'link'} onPress={() => toggle('link')} end="choose">
        Cut a link
      </MenuItem>
      {choosing === 'link' && <Choices label="Which link" of={linksOf(view)} what="cut" act={act} />}
      <MenuItem mark="power" expanded={choosing === 'machine'} onPress={() => toggle('machine')} end="choose">
        Stop a machine
      </MenuItem>
      {choosing === 'machine' && (
        <Choices
          label="Which machine"
          of={view.machines.map(({ name, label }) => ({ label, detail: { machine: name } }))}
          what="off"
          act={act}
        />
      )}
      {home && (
        <MenuItem
          mark="restart"
          onPress={() => act('restart', { machine: home.name })}
          below="its NAT table is lost"
        >
          Restart {inSentence(home.label)}
        </MenuItem>
      )}
    </>
  );
}

interface Choice {
  readonly label: string;
  readonly detail: Readonly<Record<string, string>>;
}

function linksOf({ channels, machines }: RunView): Choice[] {
  return channels
    .filter((_, channel) => channel % 2 === 0)
    .map(({ from, to }) => ({
      label: `${machines[from]!.label} – ${machines[to]!.label}`,
      detail: { from: machines[from]!.name, to: machines[to]!.name },
    }));
}

function Choices(props: {
  label: string;
  of: readonly Choice[];
  what: string;
  act: (what: string, detail: Choice['detail']) => void;
}) {
  const { label, of, what, act } = props;
  return (
    <ul class="rt-choices-list" aria-label={label}>
      {of.map((choice) => (
        <li key={choice.label}>
          <button type="button" class="rt-choices-item" onClick={() => act(what, choice.detail)}>
            {choice.label}
          </button>
        </li>
      ))}
    </ul>
  );
}

function InForce({ figure, view }: { figure: Figure; view: RunView }) {
  // What somebody typed is no fault; the terminal takes it back.
  const inputs = view.inputs
    .map((input, i) => ({ ...input, i }))
    .filter(({ what }) => what !== 'type' && what !== 'interrupt');
  return (
    <div aria-live="polite">
      <p class="rt-choices-head">In force: {inputs.length === 0 ? 'none' : inputs.length}</p>
      {inputs.map(({ i, ...input }) => (
        <div class="rt-choices-undo" key={`${input.what}${input.time}${input.text}`}>
          <Mark name="cross" size={12} />
          <span>
            <Words text={input.text} />
          </span>
          <button type="button" onClick={() => figure.removeInput(i)}>
            undo<span class="unseen">: {input.text}</span>
          </button>
        </div>
      ))}
    </div>
  );
}
