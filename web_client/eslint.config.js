import pluginVue from 'eslint-plugin-vue'
import tseslint from 'typescript-eslint'

// Imports point down: protocol ← session ← monitoring ← components ← pages ← app.
const LAYERS = {
  protocol: ['session', 'monitoring', 'components', 'pages', 'app', 'locales'],
  session: ['monitoring', 'components', 'pages', 'app'],
  monitoring: ['components', 'pages', 'app'],
  components: ['monitoring', 'pages', 'app'],
  pages: [],
}

const layer = (name, above) => ({
  files: [`src/${name}/**/*.{ts,vue}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        paths: name === 'protocol' ? ['vue', 'pinia', 'vue-router', 'vue-i18n', 'element-plus'] : [],
        patterns: [
          ...above.map((other) => ({
            group: [`@/${other}/*`, `@/${other}`, `**/../${other}/*`],
            message: `${name} lies below ${other}`,
          })),
          ...(name === 'components'
            ? [
                {
                  regex: '^@/session/(?!shapes|decimal|words)',
                  message: 'a component takes what it shows as props; no store, no socket',
                },
              ]
            : []),
        ],
      },
    ],
  },
})

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'components.d.ts', 'src/protocol/generated'] },
  tseslint.configs.strict,
  pluginVue.configs['flat/recommended'],
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
  },
  {
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 40, skipComments: true }],
      complexity: ['error', 16],
      'no-console': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      // The layout of templates is a matter of taste that no machine has to keep.
      'vue/max-attributes-per-line': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/no-v-html': 'error',
      // The policy of the page lets no style attribute through that comes as text.
      'vue/no-static-inline-styles': 'error',
      'vue/no-bare-strings-in-template': [
        'error',
        { allowlist: ['EvalRoom', '·', '/', ':', '–', '—', '…', '%', '(', ')', '+', '-', '×', '?', 'ms', '#'] },
      ],
      'vue/define-macros-order': 'error',
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
  {
    // A store or a composable is one closure around many functions; each of those is short.
    files: ['src/session/**/*.ts', 'src/pages/**/*.ts', 'src/monitoring/**/*.ts', 'src/components/**/*.ts'],
    rules: { 'max-lines-per-function': ['error', { max: 140, skipComments: true }] },
  },
  {
    files: ['tests/**/*.ts'],
    rules: { 'max-lines-per-function': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...Object.entries(LAYERS).map(([name, above]) => layer(name, above)),
)
