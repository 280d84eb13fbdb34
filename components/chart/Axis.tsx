// The axes of a chart: hairlines across at its ticks, words beside them. Words stand outside the plot.
import './chart.css';
import type { Scale } from './scale.ts';
import type { Tick } from './ticks.ts';

interface AxisProps {
  readonly scale: Scale;
  readonly ticks: readonly Tick[];
  /** Length of the hairlines, px. */
  readonly reach: number;
}

/** Words left of the plot, hairlines across it. */
export function LeftAxis({ scale, ticks, reach }: AxisProps) {
  return (
    <g class="chart-axis">
      {ticks.map(({ value, text }) => {
        const y = Math.round(scale.at(value)) + 0.5;
        return (
          <g key={value}>
            <path d={`M0 ${y}H${reach}`} />
            <text x="-8" y={y + 4} text-anchor="end">
              {text}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** Hairlines down the plot at the ticks of a lying scale; their words, if any, stand below it. */
export function BottomAxis({ scale, ticks, reach, words = true }: AxisProps & { readonly words?: boolean }) {
  return (
    <g class="chart-axis">
      {ticks.map(({ value, text }) => {
        const x = Math.round(scale.at(value)) + 0.5;
        return (
          <g key={value}>
            <path d={`M${x} 0V${reach}`} />
            {words && (
              <text x={x} y={reach + 18} text-anchor="middle">
                {text}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}
