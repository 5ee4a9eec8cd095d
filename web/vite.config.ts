import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The console is served below /ui/ by the server it is embedded in.
export default defineConfig({
  base: '/ui/',
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    outDir: '../internal/console/dist',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    assetsInlineLimit: 0, // the content security policy allows files of this server only
    modulePreload: { polyfill: false },
    // What every page needs is one file instead of fifty: each file costs a request and a module before anything is seen.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'], includeDependenciesRecursively: false }] } } },
    chunkSizeWarningLimit: 1200, // kilobytes before compression; scripts/sizes.mjs holds the real budgets
  },
  // "npm run dev" shows the pages against a server: HORIZON=https://localhost:8443 npm run dev
  server: { proxy: { '/api': { target: process.env.HORIZON ?? 'https://localhost:8443', secure: false } } },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
