// Numbers and times as people read them: the engine's own functions, handed on to the page.
export {
  formatDuration,
  formatNumber,
  formatPercent,
  formatRate,
  formatSpan,
  MILLISECOND,
  MINUTE,
  SECOND,
} from '#engine/base/units.ts';
