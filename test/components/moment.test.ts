import { describe, expect, it } from 'vitest';
import type { MomentView } from '#engine/inspect/view.ts';
import { momentAt, spoken } from '../../components/player/moment.ts';

const moments: MomentView[] = Array.from({ length: 9 }, (_, i) => ({
  time: 10 * (i + 1),
  event: i,
  machine: 0,
  layer: 'app',
  subject: 'Maya',
  text: `says ${i + 1}`,
  packet: undefined,
}));

describe('momentAt', () => {
  it('is the last that is not after the cursor', () => {
    expect(momentAt(moments, 9)).toBeUndefined();
    expect(momentAt(moments, 10)).toBe(moments[0]);
    expect(momentAt(moments, 29)).toBe(moments[1]);
  });
});

describe('spoken', () => {
  it('says what lies after the one time and not after the other', () => {
    expect(spoken(moments, 10, 30)).toBe('Maya says 2. Maya says 3.');
    expect(spoken(moments, 30, 30)).toBe('');
  });
  it('counts all but the last five', () => {
    expect(spoken(moments, 0, 90)).toBe(
      '4 events, then: Maya says 5. Maya says 6. Maya says 7. Maya says 8. Maya says 9.',
    );
  });
});
