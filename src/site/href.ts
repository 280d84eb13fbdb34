// The course may be served from a sub-path (BASE_PATH): every internal address goes through here.

export function withBase(path: string, base: string): string {
  const root = base.endsWith('/') ? base.slice(0, -1) : base;
  return path.startsWith(`${root}/`) && root !== '' ? path : root + path;
}

export function href(path: string): string {
  return withBase(path, import.meta.env.BASE_URL);
}
