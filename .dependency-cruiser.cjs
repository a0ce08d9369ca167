/** Import walls: a lib is entered by its front door, and imports run one way (docs/architecture.md). */
const layers = {
  // lib: what it may import, besides itself
  platform: [],
  embedded: [],
  formatting: [],
  signing: [],
  accounts: ['platform'],
  webhooks: ['accounts', 'formatting', 'platform', 'signing'],
  events: ['accounts', 'formatting', 'platform', 'webhooks'],
  delivery: ['accounts', 'webhooks', 'events', 'formatting', 'signing', 'platform'],
};

/** The folders of a lib import each other one way as well. A folder may import these, itself, and the lib's own root files. */
const folders = {
  delivery: {
    claims: [],
    membership: [],
    retry: [],
    custom: [],
    sending: ['custom'],
    store: ['claims'],
    engine: ['claims', 'custom', 'membership', 'retry', 'sending', 'store'],
    commands: [],
    reading: ['custom'],
    replay: ['commands', 'reading'],
    expunge: [],
  },
};

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'front-door-only',
      comment: 'Nothing of a lib is imported but its index.ts.',
      severity: 'error',
      from: { path: '^(apps|libs|test)/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/(?!index\\.ts$)', pathNot: '^libs/$2/' },
    },
    {
      name: 'libs-do-not-know-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-do-not-know-each-other',
      comment: 'Only standalone composes the others.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-the-dispatcher-reaches-outside',
      severity: 'error',
      from: { path: '^(apps/(api|backoffice)|libs/(?!delivery))/' },
      to: { path: 'node_modules/(undici|axios|got|node-fetch)/' },
    },
    {
      name: 'published-signing-core-has-no-dependencies',
      comment: 'libs/signing/src/core is published as @skipcalls/webhooks: it imports itself and Node only.',
      severity: 'error',
      from: { path: '^libs/signing/src/core/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^libs/signing/src/core/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'formatters-are-pure',
      comment:
        'A formatter is a function of the event: no framework and no I/O. Only the module registers them.',
      severity: 'error',
      from: {
        path: '^libs/formatting/src/',
        pathNot: '(^libs/formatting/src/(formatting\\.module|index)\\.ts|\\.spec\\.ts)$',
      },
      to: { path: 'node_modules/(@nestjs|@mikro-orm|undici|pg)/' },
    },
    ...Object.entries(folders).flatMap(([lib, ofLib]) =>
      Object.entries(ofLib).map(([folder, allowed]) => ({
        name: `one-way-${lib}-${folder}`,
        severity: 'error',
        from: { path: `^libs/${lib}/src/${folder}/` },
        to: {
          path: `^libs/${lib}/src/[^/]+/`,
          pathNot: `^libs/${lib}/src/(${[folder, ...allowed].join('|')})/`,
        },
      })),
    ),
    ...Object.entries(layers).map(([lib, allowed]) => ({
      name: `one-way-${lib}`,
      severity: 'error',
      from: { path: `^libs/${lib}/` },
      to: { path: '^libs/', pathNot: `^libs/(${[lib, ...allowed].join('|')})/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|apps/dashboard)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
