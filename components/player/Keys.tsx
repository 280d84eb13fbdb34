export function Keys() {
  return <div class="rt-keys" />;
}
