// Where the terminals' programs differ from the real ones, for the page that says so.
export { COMPARED_WITH, DIFFERENCES, type Difference } from '#engine/shell/differences.ts';
