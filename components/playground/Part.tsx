// A part that loads when it is opened.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';

export interface PartProps<P extends object> {
  readonly load: () => Promise<ComponentType<P>>;
  readonly props: P;
}

export function Part<P extends object>({ load, props }: PartProps<P>) {
  const [Found, setFound] = useState<ComponentType<P> | undefined>(undefined);
  const [hasFailed, fail] = useState(false);
  useEffect(() => {
    let isGone = false;
    load().then(
      (found) => isGone || setFound(() => found),
      () => isGone || fail(true),
    );
    return () => {
      isGone = true;
    };
  }, []);
  if (hasFailed) return <p class="pg-fault">This part could not be loaded. Is the network there?</p>;
  return Found ? <Found {...props} /> : null;
}
