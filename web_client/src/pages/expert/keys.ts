/** The keys of this desk as its sheet names them: what is pressed, and the word for what it does. */
export const KEYS = {
  seat: [
    ['?', 'help'], ['M', 'microphone'], ['F8', 'talk'], ['R', 'hand'], ['C', 'panel'], ['V', 'strip'], ['Esc', 'out'],
  ],
  papers: [['/', 'search'], ['PgUp PgDn', 'pages'], ['+ −', 'zoom'], ['[ ]', 'beside']],
  sheet: [
    ['Tab', 'next'], ['↑ ↓', 'items'], ['Enter', 'down'], ['Ctrl+← Ctrl+→', 'bids'], ['N', 'missing'], ['F4', 'find'], ['1 2 3 4', 'bands'],
    ['F2', 'reason'], ['Ctrl+M', 'cite'],
  ],
} as const
