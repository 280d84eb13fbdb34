// A routing table of a run, held against a destination that the reader chooses: each prefix stands under the address's
// bits, with what agrees marked, where it first differs framed, and the longest that fits as the one that wins. The
// match is the engine's own (components/engine/routes.ts).
import '../unseen.css';
import './longest-prefix.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatIp, type Ip, Malformed, parseIp } from '../engine/addresses.ts';
import type { PreparedRoutes } from '../engine/route-rows.ts';
import { chooseRoute } from '../engine/routes.ts';
import { Mark } from '../player/marks.tsx';
import { Aloud } from './Aloud.tsx';
import { addressFault } from './address-fault.ts';
import { compareDigits, type Digit, digitsOf, groupOf, outcomeOf, verdictOf, wayOf } from './route-words.ts';

interface Props {
  readonly id: string;
  readonly routes: PreparedRoutes;
  readonly initial: string;
  /** Destinations to try, as buttons. */
  readonly tries: readonly string[];
}

export function LongestPrefix({ id, routes, initial, tries }: Props) {
  const { rows, owners, label } = routes;
  const [typed, setTyped] = useState(initial);
  const field = useRef<HTMLInputElement>(null);
  const read = readDestination(typed);
  // What was right last stays in view while the next is being typed.
  const good = useRef<Ip>(parseIp(initial));
  if (typeof read !== 'string') good.current = read.address;
  useEffect(() => {
    // Typed before this came to life.
    if (field.current && field.current.value !== initial) setTyped(field.current.value);
  }, []);
  const put = (text: string) => {
    if (field.current) field.current.value = text;
    setTyped(text);
  };
  const destination = good.current;
  const choice = chooseRoute(rows, destination);
  const { deed, why } = outcomeOf(destination, choice, rows, owners);
  const winner = choice.candidates.find(({ row }) => row === choice.chosen);
  const isFault = typeof read === 'string';
  return (
    <div class="lpm">
      <div class="lpm-head">
        <label for={`${id}-to`}>Destination</label>
        <input
          ref={field}
          id={`${id}-to`}
          class="lpm-input"
          type="text"
          maxLength={64}
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          autocorrect="off"
          defaultValue={initial}
          aria-invalid={isFault}
          aria-describedby={`${id}-said`}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
        <p class="lpm-tries">
          Try{' '}
          {tries.map((text) => (
            <button key={text} type="button" aria-pressed={text === typed.trim()} onClick={() => put(text)}>
              {text}
            </button>
          ))}
        </p>
      </div>
      {/* Where nothing can be typed. */}
      <p class="lpm-fixed">
        Destination <code>{initial}</code>
      </p>
      <p id={`${id}-said`} class={isFault ? 'lpm-said lpm-fault' : 'lpm-said'}>
        {isFault ? (
          <>
            {read} <span>Below is still {formatIp(destination)}.</span>
          </>
        ) : (
          <>
            <strong>{deed}</strong> {why}
          </>
        )}
      </p>
      <table class={`lpm-table lpm-${groupOf(destination)}${isFault ? ' lpm-old' : ''}`}>
        <caption class="unseen">Routes of {label}, the longest prefixes first</caption>
        <thead>
          <tr>
            <th scope="col">Route</th>
            <th scope="col">
              <span class="unseen">Bits under those of {formatIp(destination)}</span>
              <Digits
                digits={digitsOf(destination).map((text) => ({ text, state: 'match' }))}
                each={groupOf(destination)}
                kind="lpm-destination"
                numbers
              />
            </th>
            <th scope="col">Match</th>
            <th scope="col">Then</th>
          </tr>
        </thead>
        <tbody>
          {choice.candidates.map((candidate) => {
            const row = rows[candidate.row]!;
            const isWinner = candidate === winner;
            const state = isWinner ? 'lpm-wins' : candidate.fits ? 'lpm-fits' : 'lpm-misses';
            return (
              <tr key={candidate.row} class={state}>
                <th scope="row">{row.network}</th>
                <td class="lpm-bits">
                  <Digits digits={compareDigits(row, candidate)} each={groupOf(destination)} />
                </td>
                <td class="lpm-verdict">
                  {candidate.fits ? (
                    isWinner && <Mark name="tick" size={13} />
                  ) : (
                    <Mark name="cross" size={11} />
                  )}
                  {verdictOf(candidate, choice, rows)}
                </td>
                <td class="lpm-way">{wayOf(row, owners)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      <Aloud text={isFault ? read : `${deed} ${why}`} />
    </div>
  );
}

/** The address, or what is wrong with the text in a sentence. */
function readDestination(typed: string): { readonly address: Ip } | string {
  const text = typed.trim();
  if (text === '') return 'Type an address, such as 10.20.30.40.';
  if (text.includes('/')) return 'A packet goes to one address: leave out the slash and what follows it.';
  try {
    return { address: parseIp(text) };
  } catch (problem) {
    if (!(problem instanceof Malformed)) throw problem;
    return addressFault(text);
  }
}

/** Digits in groups; the words beside them say the same, so they are for the eye only. */
function Digits(props: {
  readonly digits: readonly Digit[];
  readonly each: number;
  readonly kind?: string;
  /** Whether each group has its number below. */
  readonly numbers?: boolean;
}) {
  const { digits, each, kind = '', numbers = false } = props;
  const groups = Array.from({ length: digits.length / each }, (_, i) =>
    digits.slice(i * each, (i + 1) * each),
  );
  return (
    <span class={`lpm-digits ${kind}`} aria-hidden="true">
      {groups.map((group, g) => (
        <span key={g} class="lpm-group">
          {group.map(({ text, state }, i) => (
            <i key={i} class={`lpm-${state}`}>
              {text}
            </i>
          ))}
          {numbers && each === 8 && <b>{Number.parseInt(group.map(({ text }) => text).join(''), 2)}</b>}
        </span>
      ))}
    </span>
  );
}
