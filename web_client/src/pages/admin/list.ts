import { onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
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

  async function bring(pages: number): Promise<Item[]> {
    const found: Item[] = []
    for (let turn = 0; turn < pages; turn += 1) {
      const part: Part<Item> = await ask({ limit: PAGE, ...(next === null ? {} : { after: next }) })
      found.push(...part.items)
      next = part.next
      if (next === null) break
    }
    more.value = next !== null
    return found
  }

  async function asking(work: () => Promise<readonly Item[]>): Promise<void> {
    loading.value = true
    try {
      items.value = await work()
      refusal.value = null
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
    } finally {
      loading.value = false
    }
  }

  function reload(): Promise<void> {
    next = null
    return asking(() => bring(atOnce))
  }

  function further(): Promise<void> {
    return asking(async () => [...(items.value ?? []), ...(await bring(1))])
  }

  onMounted(reload)
  return { items, refusal, loading, more, reload, further }
}
