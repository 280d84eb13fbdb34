// What Node's modules here leave out, for the page that says so.
export { ABSENT, MISSING_MODULES, type Omission } from '#engine/node/omissions.ts';
