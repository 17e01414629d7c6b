import { onBeforeUnmount, onMounted } from 'vue'

/** Whether somebody is typing: then a letter is a letter. */
export function typing(event: KeyboardEvent): boolean {
  const at = event.target
  return at instanceof HTMLElement && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))
}

/** Keys of a page, for as long as it is there; single letters only while no field has the focus. */
export function useKeys(keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void {
  function down(event: KeyboardEvent): void {
    const single = !event.ctrlKey && !event.metaKey && !event.altKey
    if (single && typing(event)) return
    const name = (single ? '' : event.ctrlKey ? 'ctrl+' : 'other+') + event.key.toLowerCase()
    const act = keys[name]
    if (act === undefined) return
    event.preventDefault()
    act(event)
  }
  onMounted(() => document.addEventListener('keydown', down))
  onBeforeUnmount(() => document.removeEventListener('keydown', down))
}

/** V folds the strip, R asks for the floor. */
export function useFold(fold: () => void, hand: () => void): void {
  useKeys({ v: fold, r: hand })
}
