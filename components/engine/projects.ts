// Projects of programs, as the engine reads them: handed on to the pages that are built with them.
export { readProject } from '#engine/node/project.ts';
