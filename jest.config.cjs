const swcOptions = require('./scripts/swc-options.cjs');

/** Both projects run the TypeScript as it stands; types are checked by `npm run check`. */
const common = {
  rootDir: __dirname,
  testEnvironment: 'node',
  transform: { '^.+\\.tsx?$': ['@swc/jest', swcOptions] },
  moduleNameMapper: {
    '^@app/([\\w-]+)$': '<rootDir>/libs/$1/src/index.ts',
    // What is published of libs/signing, as the examples for receivers import it.
    '^@skipcalls/webhooks$': '<rootDir>/libs/signing/src/core/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/apps/dashboard/dist/'],
};

module.exports = {
  projects: [
    {
      ...common,
      displayName: 'unit',
      roots: ['<rootDir>/libs', '<rootDir>/apps'],
      testMatch: ['**/*.spec.ts', '**/*.spec.tsx'],
    },
    {
      ...common,
      displayName: 'e2e',
      roots: ['<rootDir>/test'],
      testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'],
      setupFiles: ['<rootDir>/test/support/require-servers.ts'],
    },
  ],
  testTimeout: 30_000,
};
