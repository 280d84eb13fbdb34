// The labs that there are: what each is about, how long it takes, what to read before, and whether this reader solved it.
import './lab-list.css';
import { useKept } from '../../progress/kept.ts';
import { $progress } from '../../progress/store.ts';

export interface ListedLab {
  readonly name: string;
  /** The chapter under which its solution is kept. */
  readonly chapter: string;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number | undefined;
  readonly href: string;
  /** The chapter to read before, where it is written. */
  readonly before?: { readonly href: string; readonly text: string };
}

export function LabList({ labs }: { readonly labs: readonly ListedLab[] }) {
  const progress = useKept($progress);
  return (
    <ol class="lab-list">
      {labs.map(({ name, chapter, title, summary, minutes, href, before }) => {
        const solved = progress?.chapters[chapter]?.solved[name] !== undefined;
        return (
          <li key={name}>
            <h2>
              <a href={href}>{title}</a>
              {solved && <span class="lab-list-solved"> solved</span>}
            </h2>
            <p>{summary}.</p>
            <p class="lab-list-facts">
              {minutes !== undefined && <span>{minutes}&nbsp;min</span>}
              {before && (
                <span>
                  after <a href={before.href}>{before.text}</a>
                </span>
              )}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
