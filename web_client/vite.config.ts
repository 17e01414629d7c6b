import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import components from 'unplugin-vue-components/vite'
import { defineConfig, type ProxyOptions } from 'vite'
import { compressed } from './build/compressed.ts'

/** The node behind the development server; the pages speak to it as if they came from it. */
const node = process.env['EVALROOM_NODE'] ?? 'http://127.0.0.1:8080'

const through = (): ProxyOptions => ({
  target: node,
  ws: true,
  headers: { origin: node },
  rewriteWsOrigin: true,
})

export default defineConfig({
  plugins: [
    vue(),
    components({
      dirs: [],
      dts: 'components.d.ts',
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
    }),
    compressed(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // The last Chromium for Windows 7, and the base of many browsers of its time; what WebCodecs asks.
    target: ['chrome109', 'firefox130', 'safari16.4'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(
      ['/api', '/readyz', '/socket.io', '/monitor', '/whip', '/whep'].map((path) => [path, through()]),
    ),
  },
})
