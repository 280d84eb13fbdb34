// The list of keys, which `?` opens, and how much is read aloud.
import '../unseen.css';
import './keys.css';
import { useStore } from '@nanostores/preact';
import { $aloud, type Aloud, aloudLevels, setAloud } from '../engine/aloud.ts';
import { Mark } from './marks.tsx';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Space'], 'play, pause'],
  [['←', '→'], 'one event back, on'],
  [['Shift', '←', '→'], 'the same connection'],
  [['Home', 'End'], 'begin, end'],
  [['↑', '↓'], 'packets, fields'],
  [['Enter'], 'from a packet to its bytes'],
  [['D'], 'drop the packet, in Faults'],
  [['Esc'], 'back'],
  [['?'], 'this list'],
];
const SPOKEN: Readonly<Record<string, string>> = {
  '←': 'left arrow',
  '→': 'right arrow',
  '↑': 'up arrow',
  '↓': 'down arrow',
};
const TURNED: Readonly<Record<string, string>> = {
  '←': 'rt-key-left',
  '→': 'rt-key-right',
  '↑': 'rt-key-up',
  '↓': 'rt-key-down',
};

export function Keys() {
  return (
    <div class="rt-keys">
      <table>
        <caption>Keys</caption>
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={what}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key} class={TURNED[key]}>
                    {SPOKEN[key] ? (
                      <>
                        <Mark name="arrow" size={12} />
                        <span class="unseen">{SPOKEN[key]}</span>
                      </>
                    ) : (
                      key
                    )}
                  </kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ReadAloud />
    </div>
  );
}

const LEVELS: Readonly<Record<Aloud, string>> = {
  off: 'nothing',
  steps: 'where I stop',
  all: 'every event',
};

/** For screen readers, but for everyone to see: what the figure says of its own accord. */
function ReadAloud() {
  const level = useStore($aloud);
  return (
    <fieldset class="rt-keys-aloud">
      <legend>Screen readers are told</legend>
      {aloudLevels.map((one) => (
        <label key={one}>
          <input type="radio" name="rt-aloud" checked={one === level} onChange={() => setAloud(one)} />
          {LEVELS[one]}
        </label>
      ))}
    </fieldset>
  );
}
