// A polite live region for what the reader just did: it waits for a pause, and is silent at first.
import '../unseen.css';
import { useEffect, useRef, useState } from 'preact/hooks';

const PAUSE_MS = 700;

export function Aloud({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('');
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(() => setSaid(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <p class="unseen" role="status">
      {said}
    </p>
  );
}
