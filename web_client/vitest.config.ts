import { mergeConfig } from 'vite'
import { defineConfig } from 'vitest/config'
import vite from './vite.config.ts'

export default mergeConfig(
  vite,
  defineConfig({
    test: {
      environment: 'happy-dom',
      include: ['tests/**/*.test.ts'],
      setupFiles: ['tests/set-up.ts'],
      restoreMocks: true,
      // Element Plus ships imports without extensions, which only a bundler resolves.
      server: { deps: { inline: ['element-plus'] } },
    },
  }),
)
