import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where `vite dev` finds the server; `MILLRACE_URL` when it is elsewhere. */
const server = process.env['MILLRACE_URL'] ?? 'http://127.0.0.1:1990'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: 'dist',
    target: 'es2023',
    cssMinify: 'lightningcss',
    // The server sends fonts and images by address; nothing is inlined that the CSP would refuse.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    proxy: { '/api': server, '/socket.io': { target: server, ws: true } },
  },
})
