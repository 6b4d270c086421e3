import { readdirSync, readFileSync } from 'node:fs';
import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import hooks from 'eslint-plugin-react-hooks';
import jsdoc from 'eslint-plugin-jsdoc';

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
      // More belong together under names: an object.
      '@typescript-eslint/max-params': ['error', { max: 5 }],
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
    // What other rooms build on says what it is: shapes, units, errors, source.
    files: ['src/{engine,inference,library,jobs,stores}/**/*.ts'],
    ignores: ['**/*.test.ts'],
    plugins: { jsdoc },
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          enableFixer: false,
          require: { FunctionDeclaration: false },
          contexts: [
            'ExportNamedDeclaration > FunctionDeclaration',
            'ExportNamedDeclaration > ClassDeclaration',
            'ExportNamedDeclaration > TSInterfaceDeclaration',
            'ExportNamedDeclaration > TSTypeAliasDeclaration',
            'ExportNamedDeclaration:has(> VariableDeclaration)',
          ],
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
