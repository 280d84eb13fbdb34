// Load and time to change for a TTL: the engine's own functions, handed on to the page.
export {
  authorityLoad,
  hitRatio,
  type ResolverGroup,
  resolverGroups,
  type Split,
  timeUntilSeen,
} from '#engine/policy/ttl.ts';
