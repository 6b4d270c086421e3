import { defineConfig } from 'vite';
import react from '@vitejs/plugin-react';
import './scripts/build-shaders.mjs';
import { contentSecurityPolicy, offline, tfjsWasm } from './scripts/vite-studio.ts';

// Cross-origin isolation gives SharedArrayBuffer, hence threads. Hosts that cannot send these headers get them from
// the service worker (scripts/offline-worker.js).
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig({
  base: './',
  plugins: [react(), contentSecurityPolicy(), tfjsWasm(), offline()],
  // plotly's WebGL points ask for Node's name of the global object.
  define: { global: 'globalThis' },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    chunkSizeWarningLimit: 4000,
    rolldownOptions: {
      // plotly's oldest dependencies carry a directive and a Node module that the page never reaches.
      onLog(level, log, handler) {
        if (log.code === 'MODULE_LEVEL_DIRECTIVE' || /"buffer" has been externalized/.test(log.message)) return;
        handler(level, log);
      },
    },
  },
  server: { headers: isolation },
  preview: { headers: isolation },
});
