// What the determinism test of programs runs in Node: a process of its own, because the test's own listens to rejections.
import { readFileSync } from 'node:fs';
import { nodeRealm } from '../../src/cli/node-realm.ts';
import { shelf } from '../../src/cli/shelf.ts';
import { readProject } from '../../src/engine/node/project.ts';
import { Programs } from '../../src/engine/scenario/programs.ts';

const files = JSON.parse(readFileSync(0, 'utf8')) as [name: string, text: string][];
const realm = nodeRealm(shelf());
const printed: string[] = [];
const programs = new Programs(readProject(new Map(files)), realm, {
  onOutput: ({ program, stream, text, time }) => printed.push(`${time} ${program} ${stream} ${text}`),
});
await programs.finish();
realm.end();
console.log(JSON.stringify({ digest: programs.run.world.trace.digest, printed }));
