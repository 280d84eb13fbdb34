// Texts with powers of ten: superscript digits become digits that are raised, because the typeface has only three of them.
const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

export function Powers({ text }: { readonly text: string }) {
  const pieces = text.split(/([⁰¹²³⁴⁵⁶⁷⁸⁹]+)/);
  return (
    <>
      {pieces.map((piece, i) =>
        i % 2 === 0 ? piece : <sup key={i}>{[...piece].map((digit) => RAISED.indexOf(digit)).join('')}</sup>,
      )}
    </>
  );
}
