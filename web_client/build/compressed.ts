import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Plugin } from 'vite'

// Below one packet a compressed copy saves nothing.
const WORTH_BYTES = 1400
const TEXTS = /\.(?:js|mjs|css|html|svg|json|wasm|bcmap)$/

/** Lays a `.gz` and a `.br` beside every text of the build, so that the server never compresses. */
export function compressed(): Plugin {
  let folder = ''
  return {
    name: 'evalroom-compressed',
    apply: 'build',
    configResolved: (config) => {
      folder = resolve(config.root, config.build.outDir)
    },
    writeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (TEXTS.test(name)) press(join(folder, name))
      }
    },
  }
}

function press(path: string): void {
  const plain = readFileSync(path)
  if (plain.length < WORTH_BYTES) return
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }))
  writeFileSync(
    `${path}.br`,
    brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
  )
}
