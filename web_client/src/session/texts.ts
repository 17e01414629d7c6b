import { defineStore } from 'pinia'
import { computed, reactive, watch, type WritableComputedRef } from 'vue'
import { drawer, inDrawer } from './drawer'
import { useSession } from './session'
import { whose } from './whose'

/**
 * What was typed into a form and is not sent: it outlives the form that is closed by mistake, another tab, a
 * reload. It goes when it is sent, and with the session.
 */
export const useTexts = defineStore('texts', () => {
  const session = useSession()
  const texts = reactive(new Map<string, string>())

  /** What was left here at an earlier visit; what has been typed since stays. */
  async function bring(): Promise<void> {
    const me = whose()
    if (me === null) return
    const found = (await inDrawer(() => drawer.of('texts', me))) ?? []
    if (me.session !== session.id) return
    for (const { place, text } of found) if (!texts.has(place)) texts.set(place, text)
  }

  function put(place: string, text: string): void {
    if (text === '') return forget(place)
    const me = whose()
    texts.set(place, text)
    if (me !== null) void inDrawer(() => drawer.put('texts', { ...me, place, text }))
  }

  /** It is sent, or not wanted any more. */
  function forget(place: string): void {
    const me = whose()
    if (!texts.delete(place) || me === null) return
    void inDrawer(() => drawer.remove('texts', [me.session, me.member, place]))
  }

  /** The text at a place of the page, to be bound to its field. */
  function at(place: string): WritableComputedRef<string> {
    return computed({ get: () => texts.get(place) ?? '', set: (text) => put(place, text) })
  }

  /** Forget all that is shown; `wipe` empties the drawer itself. */
  function drop(): void {
    texts.clear()
  }

  watch(() => session.id, drop, { flush: 'sync' })

  return { texts, bring, put, forget, at, drop }
})
