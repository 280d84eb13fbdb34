// A small project for the playground's tests, and the same with one file changed.
import { type Project, type SourceFile, versionOf } from '../../components/playground/project.ts';

export const server = `import { createServer } from 'node:http';\ncreateServer().listen(80);\n`;
export const files: readonly SourceFile[] = [
  { name: 'server.js', text: server },
  { name: 'client.js', text: "await fetch('http://app-1.example/');\n" },
  { name: 'package.json', text: '{ "type": "module" }\n' },
];
export const project: Project = {
  name: 'tiny',
  title: 'Tiny',
  summary: 'A server.',
  files,
  programs: [{ name: 'server', on: 'app-1', run: 'server.js' }],
  notes: [
    { file: 'server.js', at: '.listen(', text: 'Everywhere.' },
    { file: 'server.js', at: 'node:http', text: 'Of Node.' },
  ],
  version: versionOf(files),
};
export const changed = files.map((file) =>
  file.name === 'client.js' ? { ...file, text: '// nothing\n' } : file,
);
