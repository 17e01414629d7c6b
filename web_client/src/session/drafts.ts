import { defineStore } from 'pinia'
import { reactive, watch } from 'vue'
import { drawer, inDrawer, type KeptDraft } from './drawer'
import { useSession } from './session'
import type { Draft } from './shapes-of-drafts'
import { whose } from './whose'

/** What was typed and cannot be handed in yet: it survives a reload, and goes when the sheet is closed. */
export const useDrafts = defineStore('drafts', () => {
  const session = useSession()
  /** By bid and criterion, joined by U+0000. */
  const drafts = reactive(new Map<string, Draft>())

  /** What was left here at an earlier visit; what has been typed since stays. */
  async function bring(): Promise<void> {
    const me = whose()
    if (me === null) return
    const found = (await inDrawer(() => drawer.of('drafts', me))) ?? []
    if (me.session !== session.id) return
    for (const { bid, criterion, value, reason, evidence, fault } of found)
      if (!drafts.has(keyOf(bid, criterion))) drafts.set(keyOf(bid, criterion), { value, reason, evidence, fault })
  }

  function put(bid: string, criterion: string, draft: Draft): void {
    const me = whose()
    drafts.set(keyOf(bid, criterion), draft)
    const kept: KeptDraft | null = me === null ? null : { ...me, bid, criterion, ...draft }
    if (kept !== null) void inDrawer(() => drawer.put('drafts', kept))
  }

  function forget(bid: string, criterion: string): void {
    const me = whose()
    if (!drafts.delete(keyOf(bid, criterion)) || me === null) return
    void inDrawer(() => drawer.remove('drafts', [me.session, me.member, bid, criterion]))
  }

  /** Forget all that is shown; `wipe` empties the drawer itself. */
  function drop(): void {
    drafts.clear()
  }

  watch(() => session.id, drop, { flush: 'sync' })

  return { drafts, bring, put, forget, drop }
})

const keyOf = (bid: string, criterion: string): string => `${bid}\u0000${criterion}`
