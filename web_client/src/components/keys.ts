import { useEventListener } from '@vueuse/core'

/** Whether somebody is typing: then a letter is a letter. */
function typing({ target }: Event): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

/** Whether a dialog lies over the page: what is pressed is meant for it. */
function covered({ target }: Event): boolean {
  return document.querySelector('dialog[open]') !== null || (target instanceof Element && target.closest('[role="dialog"]') !== null)
}

/** Keys of a page, for as long as it is there: F-keys and those with Ctrl always, others only while no field has the focus. */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  useEventListener(document, 'keydown', (event: KeyboardEvent) => {
    // Somebody nearer has taken it, an input method is at work, or a dialog wants an answer first.
    if (event.defaultPrevented || event.isComposing || event.metaKey || event.altKey || covered(event)) return
    if (!event.ctrlKey && !/^F\d+$/.test(event.key) && typing(event)) return
    const act = keys[(event.ctrlKey ? 'ctrl+' : '') + event.key.toLowerCase()]
    if (act === undefined) return
    event.preventDefault()
    act(event)
  })
}

/** A key that does something for as long as it is held. It is let go, too, when the window loses the focus. */
export function useHeld(key: string, down: () => void, up: () => void): void {
  let held = false
  function release(event: Event): void {
    if (!held || (event instanceof KeyboardEvent && event.key !== key)) return
    held = false
    up()
  }
  useEventListener(document, 'keydown', (event: KeyboardEvent) => {
    if (event.key !== key || covered(event)) return
    event.preventDefault()
    if (!held) down()
    held = true
  })
  useEventListener(document, 'keyup', release)
  useEventListener(window, 'blur', release)
}
