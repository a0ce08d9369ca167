/**
 * npm run build:backoffice: bundles the components of the backoffice with AdminJS's own bundler into dist/backoffice,
 * ahead of time, so that no process bundles anything when it starts. Every file right in src/components is a component
 * by its name; one that is named like a component of AdminJS replaces it.
 */
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const source = resolve(import.meta.dirname, 'src');
const target = resolve(import.meta.dirname, '../../dist/backoffice');
process.chdir(resolve(import.meta.dirname, '../..'));

// AdminJS reads both when it is imported.
process.env.NODE_ENV = 'production';
process.env.ADMIN_JS_TMP_DIR = relative(process.cwd(), target);
const { componentsBundler } = await import('adminjs/bundler');

const components = readdirSync(join(source, 'components'))
  .filter((name) => name.endsWith('.tsx'))
  .map((name) => name.replace('.tsx', ''));
const entry = [
  'AdminJS.UserComponents = {}',
  ...components.map((name) => {
    const path = relative(target, join(source, 'components', name)).replaceAll('\\', '/');
    return `import ${name} from '${path}'\nAdminJS.UserComponents.${name} = ${name}`;
  }),
].join('\n');

mkdirSync(join(target, 'assets'), { recursive: true });
cpSync(join(source, 'assets'), join(target, 'assets'), { recursive: true });
writeFileSync(join(target, 'entry.js'), entry);
await componentsBundler.build();
console.log(
  `Backoffice: ${components.length} components bundled into ${relative(process.cwd(), target)}/bundle.js`,
);
