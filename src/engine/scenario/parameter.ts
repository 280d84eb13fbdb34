/**
 * The parameters of a scenario: typed, with units, ranges and labels, so that figures build their knobs from them and
 * the command line its help.
 *
 * Values travel as text (`25ms`, `20Mbit/s`, `1%`, `cold`), in links, flags and knobs alike; {@link readValues} is the
 * one place where such text becomes a value, and it says what is wrong and what is allowed.
 */
import { Malformed } from '../base/errors.ts';
import {
  durationText,
  formatDuration,
  formatPercent,
  formatRate,
  HOUR,
  MINUTE,
  type Nanoseconds,
  parseDuration,
  parsePercent,
  parseRate,
  percentText,
  rateText,
  SECOND,
} from '../base/units.ts';

interface Common {
  /** `Distance to ChaiCart` */
  readonly label: string;
  /** One sentence for help and screen readers. */
  readonly about: string;
  /** Printed after the value: `one way`. */
  readonly note?: string;
}

export interface NumberParameter extends Common {
  readonly kind: 'duration' | 'rate' | 'ratio';
  readonly initial: number;
  readonly min: number;
  readonly max: number;
  /** Where a slider stops, in order; the initial value is one of them. */
  readonly steps: readonly number[];
}

export interface ChoiceParameter<C extends string = string> extends Common {
  readonly kind: 'choice';
  readonly initial: C;
  readonly choices: readonly { readonly value: C; readonly label: string }[];
}

export type Parameter = NumberParameter | ChoiceParameter;
export type Parameters = Readonly<Record<string, Parameter>>;

/** Duration in nanoseconds, rate in bits a second, ratio 0 to 1, or one of the choices. */
export type Values<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends ChoiceParameter<infer C> ? C : number;
};

const READ = { duration: parseDuration, rate: parseRate, ratio: parsePercent } as const;
const WRITE = { duration: durationText, rate: rateText, ratio: percentText } as const;

/** Duration, rate and ratio with the same shape. */
export function number(parameter: NumberParameter): NumberParameter {
  return parameter;
}

export function choice<const C extends string>(
  parameter: Omit<ChoiceParameter<C>, 'kind'>,
): ChoiceParameter<C> {
  return { kind: 'choice', ...parameter };
}

/** The value that `text` stands for. Throws {@link Malformed} with what is allowed. */
export function readValue(name: string, parameter: Parameter, text: string): number | string {
  if (parameter.kind === 'choice') {
    if (parameter.choices.some(({ value }) => value === text)) return text;
    throw new Malformed(
      `${name} cannot be ${quote(text)}; it is one of ${parameter.choices.map(({ value }) => value).join(', ')}`,
    );
  }
  let value: number;
  try {
    value = READ[parameter.kind](text);
  } catch (error) {
    if (error instanceof Malformed) throw new Malformed(`${name}: ${error.message}`);
    throw error;
  }
  if (!(value >= parameter.min && value <= parameter.max)) {
    const write = WRITE[parameter.kind];
    throw new Malformed(
      `${name} cannot be ${quote(text)}; it is from ${write(parameter.min)} to ${write(parameter.max)}`,
    );
  }
  return value;
}

/** The text that reads back to `value`. */
export function writeValue(parameter: Parameter, value: number | string): string {
  return parameter.kind === 'choice' ? String(value) : WRITE[parameter.kind](Number(value));
}

/** The value as people read it: `25 ms`, `20 Mbit/s`, `no address`. */
export function showValue(parameter: Parameter, value: number | string): string {
  if (parameter.kind === 'choice')
    return parameter.choices.find((one) => one.value === value)?.label ?? String(value);
  if (parameter.kind === 'duration') return showDuration(Number(value));
  return parameter.kind === 'rate' ? formatRate(Number(value)) : formatPercent(Number(value));
}

/** Round numbers of seconds, minutes or hours as such; everything else as measured times are. */
function showDuration(value: Nanoseconds): string {
  const [unit, name] =
    value % HOUR === 0 ? [HOUR, 'h'] : value % MINUTE === 0 ? [MINUTE, 'min'] : [SECOND, 's'];
  return value >= SECOND && value % SECOND === 0 ? `${value / unit}\u00a0${name}` : formatDuration(value, 3);
}

/** All values, those not in `set` at their defaults. Throws {@link Malformed} for an unknown name or a bad value. */
export function readValues<P extends Parameters>(
  parameters: P,
  set: Readonly<Record<string, string>>,
): Values<P> {
  const values: Record<string, number | string> = {};
  for (const name of Object.keys(set)) {
    if (!Object.hasOwn(parameters, name)) {
      throw new Malformed(
        `no parameter is called ${quote(name)}; there are ${Object.keys(parameters).join(', ')}`,
      );
    }
  }
  for (const [name, parameter] of Object.entries(parameters)) {
    values[name] = Object.hasOwn(set, name) ? readValue(name, parameter, set[name]!) : parameter.initial;
  }
  return values as Values<P>;
}

function quote(text: string): string {
  return `“${text.slice(0, 40)}${text.length > 40 ? '…' : ''}”`;
}
