import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { commandId, hex } from '@/protocol/ids'
import { drawer, inDrawer } from './drawer'
import { useSession } from './session'
import type { Mark } from './shapes-of-papers'
import { whose } from './whose'

/** One's own bookmarks and notes: in this browser only, told to nobody, and wiped when all is over. */
export const useMarks = defineStore('marks', () => {
  const session = useSession()
  const marks = ref<Mark[]>([])

  /** Those of an earlier visit; what has been marked since stays. */
  async function bring(): Promise<void> {
    const me = whose()
    if (me === null) return
    const kept = (await inDrawer(() => drawer.of('marks', me))) ?? []
    if (me.session !== session.id) return
    const here = new Set(marks.value.map((one) => one.id))
    const found = kept.filter((one) => !here.has(one.id)).map(({ id, kind, bid, document, page, text, at }) => ({ id, kind, bid, document, page, text, at }))
    marks.value = [...found, ...marks.value].sort((one, other) => one.at - other.at)
  }

  async function add(mark: Omit<Mark, 'id' | 'at'>): Promise<void> {
    await keep({ ...mark, id: hex(commandId()), at: Date.now() })
  }

  async function keep(mark: Mark): Promise<void> {
    const me = whose()
    if (me === null) return
    marks.value = [...marks.value.filter((one) => one.id !== mark.id), mark].sort((one, other) => one.at - other.at)
    await inDrawer(() => drawer.put('marks', { ...mark, ...me }))
  }

  async function remove(id: string): Promise<void> {
    marks.value = marks.value.filter((one) => one.id !== id)
    await inDrawer(() => drawer.remove('marks', id))
  }

  /** Forget all that is shown; `wipe` empties the drawer itself. */
  function drop(): void {
    marks.value = []
  }

  watch(() => session.id, drop, { flush: 'sync' })

  return { marks, bring, add, keep, remove, drop }
})
