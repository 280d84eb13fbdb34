// What the determinism test of programs runs in a worker of the browser: one project, in the sandbox's closed realm.
import { type Files, runProject } from '../../components/engine/sandbox-project.ts';
import { closeRealm } from '../../components/engine/sandbox-realm.ts';

const shelf = new Map<string, string>();
const realm = closeRealm(shelf);

realm.listen((data) => {
  const asked = data as { shelf: [string, string][]; files: Files };
  for (const [path, text] of asked.shelf) shelf.set(path, text);
  const printed: string[] = [];
  runProject(asked.files, realm, {
    onOutput: ({ program, stream, text, time }) => printed.push(`${time} ${program} ${stream} ${text}`),
    breathe: () => undefined,
    whyStop: () => undefined,
  }).then(
    ({ run }) => realm.post({ digest: run.world.trace.digest, printed }),
    (error: unknown) => realm.post({ digest: String((error as Error)?.stack ?? error), printed }),
  );
});
