// What a forger must guess: each defence multiplies the number of answers that he would have to try; equal steps are
// equal factors, so lengths add up.
import { useId } from 'preact/hooks';
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';
import { formatNumber } from '../../engine/format.ts';
import { Powers } from './Powers.tsx';
import { DEFENCES, type Factor } from './race-words.ts';

const NBSP = '\u00a0';
/** Powers of ten that the bars have room for: all defences together need 34. */
const DECADES = 36;
const TICKS = [0, 6, 12, 18, 24, 30, 36];

const percent = (decades: number): string => `${((decades / DECADES) * 100).toFixed(2)}%`;

export function Odds({ reading }: { readonly reading: SpoofingReading }) {
  const { factors, odds, even, race } = reading;
  const { guesses } = race;
  const title = useId();
  let sum = 0;
  const rows = factors.map((factor) => {
    const length = Math.log10(factor.values);
    const from = sum;
    if (factor.isGuessed) sum += length;
    return { factor, from, length };
  });
  const total = Math.max(0, sum - Math.log10(guesses));
  const isSure = odds === 'certain';
  return (
    <section class="sp-odds" aria-labelledby={title}>
      <p class="sp-odds-title" id={title}>
        What Eve must guess
      </p>
      <dl class="sp-bars">
        {rows.map(({ factor, from, length }) => (
          <Row key={factor.part} factor={factor} from={from} length={length} />
        ))}
        <div class="sp-row">
          <dt>
            {formatNumber(guesses)}
            {NBSP}guesses in a race
          </dt>
          <dd>
            <i class="sp-bar sp-less" style={{ left: percent(total), width: percent(sum - total) }} />
            <span class="sp-value">÷ {formatNumber(guesses)}</span>
          </dd>
        </div>
        <div class="sp-row sp-total">
          <dt>Odds of one race</dt>
          <dd>
            <i class="sp-bar sp-sum" style={{ left: '0', width: percent(total) }} />
            <strong class="sp-value">
              <Powers text={odds} />
            </strong>
          </dd>
        </div>
      </dl>
      <p class="sp-axis" aria-hidden="true">
        {TICKS.map((tick) => (
          <span key={tick} style={{ left: percent(tick) }}>
            {tick === 0 ? '1' : '10'}
            {tick > 0 && <sup>{tick}</sup>}
          </span>
        ))}
      </p>
      <p class="sp-even">
        {isSure ? (
          'She knows all of it beforehand: one race is enough.'
        ) : (
          <>
            An even chance after{' '}
            <strong>
              <Powers text={even.races} />
            </strong>{' '}
            races:{' '}
            <strong>
              <Powers text={even.time} />
            </strong>
            .
          </>
        )}
      </p>
      <p class="sp-path">
        Somebody <em>on</em> the path reads the question itself, port, id, letters, cookie and all. For him it
        is always certain.
      </p>
    </section>
  );
}

function Row({
  factor,
  from,
  length,
}: {
  readonly factor: Factor;
  readonly from: number;
  readonly length: number;
}) {
  const { part, text, isGuessed } = factor;
  return (
    <div class={isGuessed ? 'sp-row' : 'sp-row sp-off'}>
      <dt>{DEFENCES[part]}</dt>
      <dd>
        <i class="sp-bar" style={{ left: percent(from), width: percent(length) }} />
        <span class="sp-value">
          {isGuessed ? '× ' : 'would be × '}
          <Powers text={text} />
        </span>
      </dd>
    </div>
  );
}
