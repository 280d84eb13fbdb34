// What is wrong or doubtful in a zone, as a list: the same as under the words of the editor. Pressing one leads there.
import type { Finding } from '../../engine/zones.ts';

const WORDS = { error: 'Error', warning: 'Warning', note: 'Note' } as const;
/** More than these are counted. */
const MOST = 30;

interface Props {
  /** Undefined while nobody has looked. */
  readonly findings: readonly Finding[] | undefined;
  onPress(finding: Finding): void;
}

export function ZoneFindings({ findings, onPress }: Props) {
  if (!findings) return <p class="zone-quiet">It has not been looked at yet.</p>;
  if (findings.length === 0)
    return <p class="zone-quiet">Nothing is wrong with it, and nothing is doubtful.</p>;
  return (
    <>
      <ul class="zone-findings">
        {sorted(findings)
          .slice(0, MOST)
          .map((finding, i) => (
            <li key={`${finding.line}.${finding.column}.${i}`} class={`zone-is-${finding.severity}`}>
              <b>{WORDS[finding.severity]}</b>{' '}
              {finding.line === undefined ? (
                <span>the zone</span>
              ) : (
                <button type="button" onClick={() => onPress(finding)}>
                  line {finding.line}
                </button>
              )}
              <p>
                {finding.message} {finding.spec && <span>{finding.spec}</span>}
              </p>
            </li>
          ))}
      </ul>
      {findings.length > MOST && <p class="zone-quiet">and {findings.length - MOST} more</p>}
    </>
  );
}

const RANK = { error: 0, warning: 1, note: 2 } as const;
/** What keeps the zone from being served comes first. */
const sorted = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);

/** `2 errors and 1 warning`, for the head of the list and for those who listen. */
export function findingsText(findings: readonly Finding[]): string {
  const parts = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const { length } = findings.filter((one) => one.severity === severity);
    return length === 0 ? [] : [`${length}\u00a0${severity}${length === 1 ? '' : 's'}`];
  });
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
