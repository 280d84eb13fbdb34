// Where something is laid down: RFC and section, each a link to its text.
import { specParts } from './fields.ts';

export function Spec({ spec }: { readonly spec: string }) {
  return specParts(spec).map(({ text, href }) =>
    href === undefined ? (
      text
    ) : (
      <a key={text} class="link" href={href}>
        {text}
      </a>
    ),
  );
}
