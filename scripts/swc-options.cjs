/** How swc compiles this repository's TypeScript, for Jest and for scripts/typescript.cjs alike: as tsc does it for dist. */
module.exports = {
  swcrc: false,
  configFile: false,
  jsc: {
    parser: { syntax: 'typescript', tsx: false, decorators: true, dynamicImport: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2022',
    keepClassNames: true,
  },
  // AdminJS is a module of the new kind: import() has to stay import().
  module: { type: 'commonjs', ignoreDynamic: true },
};
