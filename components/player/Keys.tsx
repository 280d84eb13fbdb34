// The list of keys, which `?` opens.
import './keys.css';
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
                        <span class="rt-hidden">{SPOKEN[key]}</span>
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
    </div>
  );
}
