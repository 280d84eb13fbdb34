// The keys of a playground, which `?` opens.
import '../player/keys.css';

const KEYS: readonly (readonly [keys: readonly string[], what: string])[] = [
  [['Ctrl', 'Enter'], 'run, or stop the run'],
  [['Tab'], 'in the editor: indent'],
  [['Esc', 'Tab'], 'leave the editor'],
  [['Ctrl', 'M'], 'Tab leaves the editor, until pressed again'],
  [['Ctrl', 'Space'], 'what Node offers here'],
  [['Ctrl', 'F'], 'find; then F3 for the next'],
  [['F8'], 'the next thing that is wrong'],
  [['Ctrl', 'Z'], 'undo; with Shift, redo'],
  [['Home', 'End'], 'on a tab: first file, last file'],
  [['?'], 'this list'],
];

export function HelpKeys() {
  return (
    <div class="rt-keys pg-keys">
      <table>
        <caption>Keys</caption>
        <tbody>
          {KEYS.map(([keys, what]) => (
            <tr key={what}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p>On a Mac, Cmd does what Ctrl does here, but for M and Space. Arrow keys go along the tabs.</p>
    </div>
  );
}
