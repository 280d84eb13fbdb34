// What lies over the map of the world: at each city what its resolver has kept, as a shape with a letter, a ring that
// runs down with it, and words below the city's name.
import { type Belief, noteOf } from './propagation-reading.ts';

/** A city on a drawing; `note` is where the line below its name stands, when there is room for it. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly note?: { readonly dx: number; readonly dy: number; readonly align: 'start' | 'middle' | 'end' };
}

export interface Sheet {
  readonly width: number;
  readonly height: number;
  /** In the order of the cities. */
  readonly spots: readonly Spot[];
}

/** Half of what stands on a city, px. */
export const HALF_MARK = 12;
const RING = 11;

interface Props {
  readonly wide: Sheet;
  readonly tall: Sheet;
  readonly beliefs: readonly Belief[];
  readonly time: number;
}

/** The table beside it says the same. */
export function PropagationMap({ wide, tall, beliefs, time }: Props) {
  return (
    <>
      {[wide, tall].map(({ width, height, spots }) => (
        <svg
          key={width}
          class={`spread-over ${width > height ? 'spread-wide' : 'spread-tall'}`}
          viewBox={`0 0 ${width} ${height}`}
          aria-hidden="true"
        >
          {spots.map(({ x, y, note }, i) => {
            const belief = beliefs[i]!;
            return (
              <g
                key={`${x} ${y}`}
                class={`spread-city spread-${belief.answer}`}
                transform={`translate(${x} ${y})`}
              >
                <Answered belief={belief} time={time} />
                {note && (
                  <text
                    class="spread-note"
                    x={note.dx}
                    y={note.dy}
                    text-anchor={note.align}
                    data-label="note"
                  >
                    {noteOf(belief, time)}
                  </text>
                )}
              </g>
            );
          })}
        </svg>
      ))}
    </>
  );
}

/** Old is a hollow square, new a full disc, nothing a dashed ring. */
function Answered({ belief: { answer, expires, stored }, time }: { belief: Belief; time: number }) {
  const left =
    expires === undefined || stored === undefined ? 0 : Math.max(0, Math.min(1, (expires - time) / stored));
  return (
    <>
      <circle class="spread-ground" r={HALF_MARK + 1} />
      {left > 0 && <circle class="spread-track" r={RING} />}
      {left > 0 && (
        // From the top, against the clock's hands: what is gone is gone at the right.
        <circle
          class="spread-ring"
          r={RING}
          pathLength="1"
          transform="rotate(-90) scale(1 -1)"
          stroke-dasharray={`${Math.round(left * 1e3) / 1e3} 2`}
        />
      )}
      <Sign answer={answer} />
    </>
  );
}

/** The shape alone, around the middle of its drawing. */
export function Sign({ answer }: { readonly answer: Belief['answer'] }) {
  if (answer === 'none') return <circle class="spread-sign spread-sign-none" r="7.5" />;
  return (
    <>
      {answer === 'old' ? (
        <rect class="spread-sign spread-sign-old" x="-6.5" y="-6.5" width="13" height="13" />
      ) : (
        <circle class="spread-sign spread-sign-new" r="7.5" />
      )}
      <text class={`spread-letter spread-letter-${answer}`} y="4.2" text-anchor="middle">
        {answer === 'old' ? 'O' : 'N'}
      </text>
    </>
  );
}
