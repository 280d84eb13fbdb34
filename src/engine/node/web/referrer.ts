/**
 * The `Referer` of a request whose program said one (Referrer Policy §8.3). Of itself a program has none.
 */
export function referrerHeader(referrer: string | URL, policy: string, target: URL): string | undefined {
  if (typeof referrer === 'string') return undefined;
  const whole = stripped(referrer);
  const origin = `${referrer.origin}/`;
  const isSame = referrer.origin === target.origin;
  const isDowngrade = referrer.protocol === 'https:' && target.protocol !== 'https:';
  switch (policy) {
    case 'no-referrer':
      return undefined;
    case 'unsafe-url':
      return whole;
    case 'origin':
      return origin;
    case 'strict-origin':
      return isDowngrade ? undefined : origin;
    case 'same-origin':
      return isSame ? whole : undefined;
    case 'origin-when-cross-origin':
      return isSame ? whole : origin;
    case 'no-referrer-when-downgrade':
      return isDowngrade ? undefined : whole;
    default:
      return isSame ? whole : isDowngrade ? undefined : origin;
  }
}

function stripped(url: URL): string {
  const copy = new URL(url.href);
  copy.username = '';
  copy.password = '';
  copy.hash = '';
  return copy.href;
}
