import { onBeforeUnmount, onMounted } from 'vue'

/** Whether somebody is typing: then a letter is a letter. */
export function typing(event: KeyboardEvent): boolean {
  const at = event.target
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))
}

/** Keys of a page, for as long as it is there: F-keys and those with Ctrl always, others only while no field has the focus. */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  function down(event: KeyboardEvent): void {
    // Somebody nearer has taken it, an input method is at work, or a dialog wants an answer first.
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null) return
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey
    if (plain && !/^F\d+$/.test(event.key) && typing(event)) return
    const name = (plain ? '' : event.ctrlKey ? 'ctrl+' : 'other+') + event.key.toLowerCase()
    const act = keys[name]
    if (act === undefined) return
    event.preventDefault()
    act(event)
  }
  onMounted(() => document.addEventListener('keydown', down))
  onBeforeUnmount(() => document.removeEventListener('keydown', down))
}

/** A key that does something for as long as it is held. It is let go, too, when the window loses the focus. */
export function useHeld(key: string, down: () => void, up: () => void): void {
  let held = false
  function press(event: KeyboardEvent): void {
    if (event.key !== key || document.querySelector('dialog[open]') !== null) return
    event.preventDefault()
    if (!held) down()
    held = true
  }
  function release(event: Event): void {
    if (!held || (event instanceof KeyboardEvent && event.key !== key)) return
    held = false
    up()
  }
  onMounted(() => {
    document.addEventListener('keydown', press)
    document.addEventListener('keyup', release)
    addEventListener('blur', release)
  })
  onBeforeUnmount(() => {
    document.removeEventListener('keydown', press)
    document.removeEventListener('keyup', release)
    removeEventListener('blur', release)
  })
}

/** The keys of this desk as its sheet names them: what is pressed, and the word for what it does. */
export const KEYS = {
  seat: [
    ['?', 'help'], ['M', 'microphone'], ['F8', 'talk'], ['R', 'hand'], ['C', 'panel'], ['V', 'strip'], ['Esc', 'out'],
  ],
  papers: [['/', 'search'], ['PgUp PgDn', 'pages'], ['+ −', 'zoom'], ['[ ]', 'beside']],
  sheet: [
    ['Tab', 'next'], ['↑ ↓', 'items'], ['Enter', 'down'], ['Ctrl+← Ctrl+→', 'bids'], ['N', 'missing'], ['1 2 3 4', 'bands'],
    ['F2', 'reason'], ['Ctrl+M', 'cite'],
  ],
} as const
