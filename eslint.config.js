import tseslint from 'typescript-eslint';

const clocksAndChance = [
  { object: 'Math', property: 'random', message: 'Randomness is a Key: see src/core/random.ts.' },
  { object: 'Date', property: 'now', message: 'Results must not depend on the clock; pass a time in.' },
];

/** Packages that only two files may name. */
const engines = ['onnxruntime-node', 'onnxruntime-web', 'onnxruntime-common'];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      'dist/',
      'build/',
      '_site/',
      'runs/',
      '.doctest/',
      'models/',
      '**/*.tmp-*/',
      'bench/peers/js/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        // Node's test functions return promises that the runner awaits itself.
        {
          allowForKnownSafeCalls: [
            { from: 'package', package: 'node:test', name: ['test', 'suite', 'it', 'describe'] },
          ],
        },
      ],
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
    },
  },
  {
    files: ['**/*.ts', '**/*.js'],
    ignores: ['*.config.js', 'scripts/reporter.js'],
    rules: {
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only: the name is what readers search for.' },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/cli/**', '**/*.test.ts'],
    rules: { 'no-restricted-properties': ['error', ...clocksAndChance] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/runtime/node.ts', 'src/runtime/web.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: engines.flatMap((name) => [name, `${name}/*`]),
              message: 'Only src/runtime/node.ts and src/runtime/web.ts know onnxruntime.',
            },
          ],
        },
      ],
    },
  },
);
