// A machine's routes and which of them wins: the engine's own functions and rows, handed on to the page.
export {
  chooseRoute,
  networkOf,
  type RouteCandidate,
  type RouteChoice,
} from '#engine/inspect/route-choice.ts';
export type { RouteRow } from '#engine/net/ip/route.ts';
