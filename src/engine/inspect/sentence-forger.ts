/**
 * Sentences about somebody who forges answers.
 */
import { formatDuration } from '../base/units.ts';
import { say, type Teller } from './sentence-words.ts';

const bare = (name: unknown): string => String(name).replace(/\.$/, '');

export const forgerTellers: Readonly<Record<string, Teller>> = {
  'forge.ask': (d) => say('dns', `asks the resolver for ${bare(d['name'])}`, capital(String(d['reason']))),
  'forge.heard': (d) =>
    say(
      'dns',
      `hears the resolver’s own question at her name server: id ${String(d['id'])}, port ${String(d['port'])}`,
      'It is her domain, so she is asked; and she gives her own address',
    ),
  'forge.learn': (d) =>
    say(
      'dns',
      `knows how the resolver asks, and that the true answer takes ${formatDuration(Number(d['window']))}`,
      `She saw ${String(d['reason'])}`,
    ),
  'forge.race': (d) =>
    say(
      'dns',
      `begins race ${String(d['race'])}, for ${bare(d['name'])}`,
      `What she must guess: ${guessed(d)}`,
    ),
  'forge.send': (d) =>
    say(
      'dns',
      `sends forged answer ${String(d['number'])}: id ${String(d['id'])}, to port ${String(d['port'])}`,
      'It says that it comes from ChaiCart’s name server',
    ),
  'forge.end': (d) =>
    d['isWon']
      ? say(
          'dns',
          'has won: the resolver gives her address',
          'One forged answer fitted before the truth came',
        )
      : say('dns', 'has lost this race', 'The resolver’s answer is not hers'),
};

function guessed(d: Parameters<Teller>[0]): string {
  const letters = Number(d['letters']);
  const unknown = [
    ...(d['ids'] ? ['the id'] : []),
    ...(d['ports'] ? ['the port'] : []),
    ...(letters > 0 ? [`the case of ${letters} letters`] : []),
    ...(d['cookie'] ? ['the cookie'] : []),
  ];
  return unknown.length === 0 ? 'nothing' : unknown.join(', ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
