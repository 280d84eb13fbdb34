// What a screen reader hears of a terminal: the output as it happens, for as long as the reader is at the prompt. Not
// the screen itself: that also shows what has not happened yet.
import '../unseen.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConsoleLine } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';

/** Pieces of one row come one after the other: they are read together. */
const SETTLED_MS = 400;
/** A listener who wants more goes through the rows. */
const MAX_SPOKEN = 1200;
const KEPT = 8;

interface Said {
  readonly key: number;
  readonly text: string;
}

export function Spoken({
  figure,
  lines,
  now,
}: {
  figure: Figure;
  lines: readonly ConsoleLine[];
  now: number;
}) {
  const isTyping = useStore(figure.$typing);
  const [said, setSaid] = useState<readonly Said[]>([]);
  const last = useRef(now);
  useEffect(() => {
    if (!isTyping || now < last.current) {
      last.current = now;
      return;
    }
    if (now === last.current) return;
    const timer = setTimeout(() => {
      const text = spokenOf(lines.slice(last.current + 1, now + 1));
      last.current = now;
      if (text !== '') setSaid((all) => [...all, { key: (all.at(-1)?.key ?? 0) + 1, text }].slice(-KEPT));
    }, SETTLED_MS);
    return () => clearTimeout(timer);
  }, [lines, now, isTyping]);
  return (
    <div class="unseen" role="log" aria-label="Output">
      {said.map(({ key, text }) => (
        <p key={key}>{text}</p>
      ))}
    </div>
  );
}

export function spokenOf(lines: readonly ConsoleLine[]): string {
  const text = lines
    .map((line) => {
      if (line.kind === 'typed') return '';
      if (line.kind === 'exit') return line.text === '0' ? '' : `\nExit status ${line.text}.`;
      return line.text;
    })
    .join('')
    .replace(/\n+/g, '\n')
    .trim();
  if (text.length <= MAX_SPOKEN) return text;
  const whole = text.slice(0, MAX_SPOKEN).replace(/\n[^\n]*$/, '');
  const more = text.slice(whole.length).trim().split('\n').length;
  return `${whole}\n${more} more lines.`;
}
