import { readdirSync, readFileSync } from 'node:fs';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import hooks from 'eslint-plugin-react-hooks';

/** Hooks of the stores: `export const useX = create…`. */
const storeHooks = readdirSync(new URL('src/stores/', import.meta.url), { recursive: true })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [
    ...readFileSync(new URL(`src/stores/${name}`, import.meta.url), 'utf8').matchAll(/export const (use\w+) = create/g),
  ])
  .map(([, hook]) => hook);

export default tseslint.config(
  {
    ignores: [
      'dist',
      'out',
      'node_modules',
      '.gpu',
      'public',
      'src/engine/wasm/assembly',
      'src/engine/wasm/generated',
      'src/engine/wgsl/generated',
      'coverage',
      'scripts/offline-worker.js',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommended],
    plugins: { 'react-hooks': hooks },
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: ['src/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: `CallExpression[callee.name=/^(${storeHooks.join('|')})$/][arguments.length=0]`,
          message: 'A whole store is followed: name what is shown, useStore((state) => state.x).',
        },
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        module: 'writable',
        self: 'readonly',
        fetch: 'readonly',
        caches: 'readonly',
        Response: 'readonly',
        Headers: 'readonly',
        performance: 'readonly',
      },
    },
  },
);
