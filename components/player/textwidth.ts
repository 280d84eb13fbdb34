// How wide a text is in our two typefaces, without a page: so that labels are placed alike at build time and in the
// browser. Advance widths of Source Sans 3 in thousandths of an em, read from the font; the mono is 600 throughout.

const FIRST = 32;
const REGULAR = [
  200, 289, 426, 497, 497, 824, 609, 249, 303, 303, 418, 497, 249, 311, 249, 350, 497, 497, 497, 497, 497,
  497, 497, 497, 497, 497, 249, 249, 497, 497, 497, 425, 847, 543, 588, 571, 615, 527, 494, 617, 652, 263,
  479, 579, 486, 727, 647, 664, 566, 664, 569, 534, 536, 645, 515, 786, 513, 476, 539, 303, 350, 303, 497,
  500, 542, 504, 553, 456, 555, 496, 292, 504, 544, 246, 247, 495, 255, 829, 547, 542, 555, 555, 347, 419,
  338, 544, 467, 719, 446, 467, 425, 303, 241, 303, 497,
];
const STRONG = [
  200, 315, 482, 513, 513, 841, 639, 275, 324, 324, 438, 513, 275, 322, 275, 344, 513, 513, 513, 513, 513,
  513, 513, 513, 513, 513, 275, 275, 513, 513, 513, 444, 875, 558, 597, 576, 625, 538, 510, 628, 663, 282,
  494, 597, 502, 745, 657, 674, 582, 674, 592, 545, 546, 655, 536, 800, 541, 501, 540, 324, 344, 324, 513,
  500, 549, 516, 563, 462, 564, 507, 317, 520, 558, 262, 263, 522, 271, 843, 560, 549, 564, 564, 373, 431,
  361, 556, 495, 748, 481, 495, 443, 324, 255, 324, 513,
];
/** What the tables do not hold: quotation marks and dots are narrow, the rest is taken as wide. */
const NARROW = new Set(['’', '‘', '·', '\u00a0']);

export type Face = 'regular' | 'strong' | 'mono';

/** Width in px of `text` at `size` px. */
export function textWidth(text: string, size: number, face: Face): number {
  let thousandths = 0;
  const table = face === 'strong' ? STRONG : REGULAR;
  for (const character of text) {
    if (face === 'mono') thousandths += 600;
    else thousandths += table[character.codePointAt(0)! - FIRST] ?? (NARROW.has(character) ? 260 : 840);
  }
  return (thousandths * size) / 1000;
}

/** The text, cut with an ellipsis so that it is at most `width` px wide; empty when not even one letter fits. */
export function fitText(text: string, width: number, size: number, face: Face): string {
  if (textWidth(text, size, face) <= width) return text;
  for (let length = text.length - 1; length > 0; length--) {
    const cut = `${text.slice(0, length).trimEnd()}…`;
    if (textWidth(cut, size, face) <= width) return cut;
  }
  return '';
}
