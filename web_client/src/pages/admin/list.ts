import { computed, onMounted, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { Refusal } from '@/protocol/refusal'

interface Part<Item> {
  items: Item[]
  next: string | null
}

export interface List<Item> {
  /** Null until the first answer. */
  items: ShallowRef<readonly Item[] | null>
  refusal: ShallowRef<Refusal | null>
  loading: Ref<boolean>
  /** There is more on the server than was brought. */
  more: Ref<boolean>
  reload: () => Promise<void>
  /** The next part, behind what is here. */
  further: () => Promise<void>
  /** What a table of it has to know and what it asks for; `v-bind` takes it whole. */
  table: ComputedRef<TableOf>
}

interface TableOf {
  refusal: Refusal | null
  loading: boolean
  more: boolean
  onReload: () => Promise<void>
  onFurther: () => Promise<void>
}

// The largest page a server gives.
export const PAGE = 200

// What is searched here without asking again: two thousand accounts or seats.
const AT_ONCE = 10

/** A list of the server's, brought page by page and kept whole while it is no longer than ten pages. */
export function useList<Item>(
  ask: (query: { limit: number; after?: string }) => Promise<Part<Item>>,
  atOnce: number = AT_ONCE,
): List<Item> {
  const items = shallowRef<readonly Item[] | null>(null)
  const refusal = shallowRef<Refusal | null>(null)
  const loading = ref(false)
  const more = ref(false)
  let next: string | null = null
  let turn = 0

  async function bring(after: string | null, pages: number): Promise<Part<Item>> {
    const found: Item[] = []
    for (let page = 0; page < pages; page += 1) {
      const part: Part<Item> = await ask({ limit: PAGE, ...(after === null ? {} : { after }) })
      found.push(...part.items)
      after = part.next
      if (after === null) break
    }
    return { items: found, next: after }
  }

  /** What was asked before and comes later is not wanted any more. */
  async function asking(before: readonly Item[], after: string | null, pages: number): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    try {
      const part = await bring(after, pages)
      if (mine !== turn) return
      items.value = [...before, ...part.items]
      next = part.next
      more.value = next !== null
      refusal.value = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (mine === turn) refusal.value = error
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  const reload = (): Promise<void> => asking([], null, atOnce)
  const further = (): Promise<void> => asking(items.value ?? [], next, 1)

  const table = computed(() => ({ refusal: refusal.value, loading: loading.value, more: more.value, onReload: reload, onFurther: further }))
  onMounted(reload)
  return { items, refusal, loading, more, reload, further, table }
}
