import { useEventListener } from '@vueuse/core'
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

/** Single letters, as long as nobody is typing and no sheet is open over the wall, which has its own Esc. */
export function useWallKeys(keys: WallKeys): void {
  const ways: Record<string, () => void> = {
    a: keys.alarm, l: keys.listen, w: keys.warn, ',': keys.before, Escape: keys.away, '?': keys.help,
    PageDown: () => keys.turn(1), PageUp: () => keys.turn(-1),
  }
  useEventListener(document, 'keydown', (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target) || covered()) return
    const layout = LAYOUT_OF[event.key]
    const way = layout === undefined ? ways[event.key.length === 1 ? event.key.toLowerCase() : event.key] : () => keys.layout(layout)
    if (way === undefined) return
    event.preventDefault()
    way()
  })
}

function covered(): boolean {
  return document.querySelector('dialog[open]') !== null
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}
