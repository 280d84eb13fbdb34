// Who turns the stranger away? Of the settings of scenario `nat`, four are offered: which of them let a packet in that
// nobody has asked for, and in which does the translator say no, or the firewall? Each is a run.
import type { ClaimView } from '#engine/inspect/view.ts';
import type { Generator } from './generator.ts';

const filterings = [
  { set: 'endpoint-independent', text: 'anyone', who: 'anyone' },
  { set: 'address-dependent', text: 'the same address', who: 'an address' },
  { set: 'address-and-port-dependent', text: 'the same address and port', who: 'an address and port' },
] as const;
const settings = filterings.flatMap((filtering) => [
  { filtering, firewall: 'on' as const },
  { filtering, firewall: 'off' as const },
]);
type Setting = (typeof settings)[number];

type Ending = 'in' | 'translator' | 'firewall';
const questions: Readonly<Record<Ending, string>> = {
  in: 'does her packet reach the television',
  translator: 'is it the translator that turns her away',
  firewall: 'is it the firewall that turns her away',
};

export const stranger: Generator = async (random, claims) => {
  const endings = new Map<Setting, Ending>();
  for (const setting of settings) {
    const { filtering, firewall } = setting;
    const set = { filtering: filtering.set, firewall };
    endings.set(setting, endingOf(await claims({ scenario: 'nat', set, seed: 1, inputs: [] })));
  }
  const kinds = Object.keys(questions) as Ending[];
  const asked = kinds[random.below(kinds.length)]!;
  const shuffled = settings
    .map((setting) => ({ setting, key: random.u32() }))
    .sort((a, b) => a.key - b.key)
    .map(({ setting }) => setting);
  const isRight = (setting: Setting) => endings.get(setting) === asked;
  // One right and one wrong setting at least; the others as they come.
  const sure = [shuffled.find(isRight)!, shuffled.find((setting) => !isRight(setting))!];
  const offered = [...sure, ...shuffled.filter((setting) => !sure.includes(setting))].slice(0, 4);
  return {
    kind: 'choice',
    several: true,
    ask: `The television has sent a report to ChaiCart’s server. A stranger, to whom nobody in the flat ever wrote, sends a packet to the port that the report came from. With which settings ${questions[asked]}?`,
    choices: shuffled
      .filter((setting) => offered.includes(setting))
      .map((setting) => ({
        html: `May answer: <strong>${setting.filtering.text}</strong>. Firewall: <strong>${setting.firewall}</strong>.`,
        right: isRight(setting),
        said: { html: said(setting, endings.get(setting)!) },
      })),
    because: {
      html: 'Two doors stand one behind the other. The translator looks for a row, and at who may use it; the firewall, if there is one, asks whether somebody inside began. A translator that lets anyone answer leaves all to the firewall.',
    },
  };
};

/** What becomes of the stranger in this setting, and why. */
function said({ filtering, firewall }: Setting, ending: Ending): string {
  if (ending === 'in')
    return 'The row is there, the translator lets anyone use it, and nobody else is asked. The packet reaches the television.';
  if (ending === 'firewall')
    return 'The row is there, and the translator lets anyone use it. Behind it the firewall sees that nobody inside has asked for this, and drops it.';
  const rest =
    firewall === 'on' ? 'The firewall behind it never sees the packet.' : 'No firewall is needed for that.';
  return `The row is there, but only ${filtering.who} that somebody inside has written to may use it. The translator drops the packet. ${rest}`;
}

/** The scenario says in words what happened; words that are not known stop whoever asked. */
function endingOf(claims: readonly ClaimView[]): Ending {
  const knock = claims.find(({ name }) => name === 'knock')?.value;
  if (knock === 'let in') return 'in';
  if (knock === 'nobody inside has asked for it') return 'firewall';
  if (typeof knock === 'string' && knock.startsWith('nobody inside has written to')) return 'translator';
  throw new Error(`the run does not say what became of the stranger: ${knock}`);
}
