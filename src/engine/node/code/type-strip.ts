/**
 * TypeScript without its types: JavaScript whose places lead back to what was written.
 *
 * As in Node, what is not marked as a type is a value: `import { type Options }`, `import type`.
 */
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { transform } from 'sucrase';
import type { Place } from './edited-text.ts';
import { refuseUnerasable } from './erasable.ts';
import { SyntaxFault } from './syntax.ts';

export interface Stripped {
  readonly text: string;
  place(place: Place): Place;
}

/** Throws {@link SyntaxFault}. */
export function stripTypes(source: string, path: string): Stripped {
  let made: ReturnType<typeof transform>;
  try {
    refuseUnerasable(source);
    made = transform(source, {
      transforms: ['typescript'],
      disableESTransforms: true,
      preserveDynamicImport: true,
      keepUnusedImports: true,
      filePath: path,
      sourceMapOptions: { compiledFilename: path },
    });
  } catch (error) {
    if (error instanceof SyntaxFault) throw error;
    const { message } = error as Error;
    const [, words = message, line = '1', column = '1'] =
      /^(?:Error transforming [^:]*: )?(.*?) \((\d+):(\d+)\)/.exec(message) ?? [];
    throw new SyntaxFault(
      words,
      { line: Number(line), column: Number(column) },
      1,
      'ERR_INVALID_TYPESCRIPT_SYNTAX',
    );
  }
  let map: TraceMap | undefined;
  return {
    text: made.code,
    place({ line, column }) {
      map ??= new TraceMap(JSON.stringify(made.sourceMap));
      const found = originalPositionFor(map, { line, column: column - 1 });
      return found.line === null ? { line, column } : { line: found.line, column: found.column + 1 };
    },
  };
}
