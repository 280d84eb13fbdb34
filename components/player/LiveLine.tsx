// What is read aloud as the cursor moves: nothing, steps, or every event, as the reader chose (under `?`).
import '../unseen.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { $aloud } from '../engine/aloud.ts';
import type { Figure } from '../engine/figure.ts';
import { momentAt, spoken } from './moment.ts';

/** A playing run is not told faster than it can be heard. */
const WHILE_PLAYING_MS = 2500;
/** After the last of quick steps. */
const SETTLED_MS = 300;

export function LiveLine({ figure }: { figure: Figure }) {
  const { moments } = useStore(figure.$view);
  const isTyping = useStore(figure.$typing);
  // At a prompt the terminal speaks of its own output; both at once would be heard as neither.
  const chosen = useStore($aloud);
  const level = isTyping && chosen === 'steps' ? 'off' : chosen;
  const isPlaying = useStore(figure.$playing);
  const moment = momentAt(moments, useStore(figure.$cursor));
  // Not the object: the whole run may come after the page's part of it, with the same moments anew.
  const key = moment && `${moment.time} ${moment.subject} ${moment.text}`;
  const [said, setSaid] = useState('');
  // Nothing is said of where the reader came in.
  const last = useRef({ at: 0, key, time: figure.$cursor.get() });
  useEffect(() => {
    if (level === 'off') last.current = { at: 0, key, time: figure.$cursor.get() };
    if (level === 'off' || key === last.current.key) return;
    const wait = isPlaying ? Math.max(0, last.current.at + WHILE_PLAYING_MS - performance.now()) : SETTLED_MS;
    const timer = setTimeout(() => {
      const time = figure.$cursor.get();
      const from = last.current.time;
      last.current = { at: performance.now(), key, time };
      // Backwards, or one event: that event.
      const all = level === 'all' && time > from ? spoken(moments, from, time) : '';
      setSaid(all || (moment ? `${moment.subject} ${moment.text}` : ''));
    }, wait);
    return () => clearTimeout(timer);
  }, [figure, moments, key, level, isPlaying]);
  return (
    <p class="rt-aloud unseen" aria-live={level === 'off' ? 'off' : 'polite'}>
      {level === 'off' ? '' : said}
    </p>
  );
}
