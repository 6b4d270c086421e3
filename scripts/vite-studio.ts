// What the build adds to the bundle: the content security policy, tfjs's wasm files, and the list of files that the
// service worker keeps for use offline.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { CONTENT_SECURITY_POLICY } from './content-policy.mjs';

export function contentSecurityPolicy(): Plugin {
  return {
    name: 'vitrine-content-security-policy',
    // The development server injects inline scripts, so the policy is the build's.
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_SECURITY_POLICY },
        injectTo: 'head-prepend',
      },
    ],
  };
}

const TFJS_WASM = resolve(import.meta.dirname, '../node_modules/@tensorflow/tfjs-backend-wasm/dist');
const tfjsWasmFiles = () => readdirSync(TFJS_WASM).filter((name) => name.endsWith('.wasm'));

/** tfjs loads its wasm by address at run time: served and built as `tfjs-wasm/…` beside the page. */
export function tfjsWasm(): Plugin {
  return {
    name: 'vitrine-tfjs-wasm',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const name = /\/tfjs-wasm\/([\w.-]+\.wasm)/.exec(request.url ?? '')?.[1];
        if (!name || !tfjsWasmFiles().includes(name)) return next();
        response.setHeader('Content-Type', 'application/wasm');
        response.end(readFileSync(join(TFJS_WASM, name)));
      });
    },
    generateBundle() {
      for (const name of tfjsWasmFiles())
        this.emitFile({ type: 'asset', fileName: `tfjs-wasm/${name}`, source: readFileSync(join(TFJS_WASM, name)) });
    },
  };
}

/** Writes `offline-worker.js` with the names of all built files and a version made of their contents. */
export function offline(): Plugin {
  return {
    name: 'vitrine-offline',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const publicFolder = resolve(import.meta.dirname, '../public');
      const fromPublic = readdirSync(publicFolder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(publicFolder.length + 1));
      const files = [...new Set([...Object.keys(bundle), ...fromPublic, 'index.html'])].sort();
      const hash = createHash('sha256').update(CONTENT_SECURITY_POLICY);
      for (const file of files) {
        const item = bundle[file];
        hash.update(file);
        if (item) hash.update(item.type === 'chunk' ? item.code : item.source);
      }
      const template = readFileSync(resolve(import.meta.dirname, 'offline-worker.js'), 'utf8');
      this.emitFile({
        type: 'asset',
        fileName: 'offline-worker.js',
        source: template
          .replace('__POLICY__', JSON.stringify(CONTENT_SECURITY_POLICY))
          .replace('__VERSION__', JSON.stringify(hash.digest('hex').slice(0, 16)))
          .replace('__FILES__', JSON.stringify(files)),
      });
    },
  };
}
