// Cards by the day on which they fall due, two weeks ahead: bars, and the same as a table.
import { count } from '../progress/course.ts';
import type { Progress } from '../progress/schema.ts';
import { FORECAST_DAYS, forecast } from './due.ts';

const HEIGHT = 96;
const TOP = 22;
const LABELS = 40;
const step = 100 / FORECAST_DAYS;

export function Forecast({ progress, now }: { progress: Progress; now: number }) {
  const days = forecast(progress, now);
  const most = Math.max(4, ...days.map((day) => day.count));
  const total = days.reduce((sum, day) => sum + day.count, 0);
  const label = (start: number, options: Intl.DateTimeFormatOptions) =>
    new Date(start).toLocaleDateString('en-GB', options);
  return (
    <figure class="review-forecast">
      <figcaption>The next two weeks: {count(total, 'card')}, each on the day it falls due.</figcaption>
      <svg
        width="100%"
        height={TOP + HEIGHT + LABELS}
        role="img"
        aria-label="Cards by the day on which they fall due"
      >
        {days.map((day, i) => {
          const height = Math.round((day.count / most) * HEIGHT);
          const middle = `${(i + 0.5) * step}%`;
          return (
            <g key={day.start} class={i === 0 ? 'today' : undefined}>
              {day.count > 0 && (
                <>
                  <rect
                    x={`${(i + 0.18) * step}%`}
                    width={`${0.64 * step}%`}
                    y={TOP + HEIGHT - height}
                    height={height}
                  />
                  <text class="review-count" x={middle} y={TOP + HEIGHT - height - 6} text-anchor="middle">
                    {day.count}
                  </text>
                </>
              )}
              <text x={middle} y={TOP + HEIGHT + 18} text-anchor="middle">
                {label(day.start, { weekday: 'short' })}
              </text>
              <text x={middle} y={TOP + HEIGHT + 34} text-anchor="middle">
                {label(day.start, { day: 'numeric' })}
              </text>
            </g>
          );
        })}
        <line x1="0" x2="100%" y1={TOP + HEIGHT + 0.5} y2={TOP + HEIGHT + 0.5} />
      </svg>
      <details>
        <summary>The same as a table</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Cards</th>
            </tr>
          </thead>
          <tbody>
            {days.map((day, i) => (
              <tr key={day.start}>
                <th scope="row">
                  {i === 0
                    ? 'Today, late ones included'
                    : label(day.start, { weekday: 'long', day: 'numeric', month: 'long' })}
                </th>
                <td>{day.count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
