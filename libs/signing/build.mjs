/**
 * Builds the package @skipcalls/webhooks: JavaScript (CommonJS, with names that ES modules can import) and types, from
 * the same source that this service signs with, into dist or the folder it is given. `npm pack` and `npm publish` run it
 * by themselves.
 */
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = dirname(fileURLToPath(import.meta.url));
const source = join(root, 'src/core');
const outDir = process.argv[2] ?? join(root, 'dist');
rmSync(outDir, { recursive: true, force: true });

const files = readdirSync(source).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
const program = ts.createProgram(
  files.map((file) => join(source, file)),
  {
    rootDir: source,
    outDir,
    declaration: true,
    strict: true,
    esModuleInterop: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ['node'],
  },
);
const { diagnostics } = program.emit();
const problems = [...ts.getPreEmitDiagnostics(program), ...diagnostics];
if (problems.length > 0) {
  console.error(
    ts.formatDiagnostics(problems, {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => root,
      getNewLine: () => '\n',
    }),
  );
  process.exit(1);
}
