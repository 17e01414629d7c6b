import { useKeys } from '@/components/keys'
import type { Layout } from '@/components/tiles/arrangement'

export const KEYS = ['arrows', 'enter', 'layouts', 'pages', 'a', 'l', 'w', 'comma', 'esc', 'question'] as const

const LAYOUT_OF: Record<string, Layout> = { '1': 1, '4': 4, '9': 9, '0': 16, '6': 36 }

export interface WallKeys {
  layout(wanted: Layout): void
  turn(pages: number): void
  alarm(): void
  listen(): void
  warn(): void
  before(): void
  away(): void
  help(): void
}

export function useWallKeys(keys: WallKeys): void {
  const layouts = Object.entries(LAYOUT_OF).map(([key, layout]) => [key, () => keys.layout(layout)] as const)
  useKeys({
    ...Object.fromEntries(layouts),
    a: keys.alarm, l: keys.listen, w: keys.warn, ',': keys.before, escape: keys.away, '?': keys.help,
    pagedown: () => keys.turn(1), pageup: () => keys.turn(-1),
  })
}
