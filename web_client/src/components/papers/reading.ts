import { computed, reactive, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { BidPart, ById, Document } from '@/session/shapes'
import { chapterAt, sameChapter } from './chapters'
import type { Found, Paper } from './pdf'

/** What is open in a window: which bid, which of its documents, which page. */
export interface Reading {
  bid: Ref<string | null>
  documents: ComputedRef<readonly Document[]>
  document: ComputedRef<Document | null>
  page: Ref<number>
  paper: ShallowRef<Paper | null>
  choose(document: string): void
  /** Open another bid where it treats the matter that is open now. */
  turnTo(bid: string | null): void
  goTo(bid: string, document: string, page: number): void
  opened(paper: Paper | null): void
}

/** A window onto the bids' documents, which remembers where it was in each. */
export function useReading(bids: () => ById<BidPart>, first: string | null): Reading {
  const bid = ref<string | null>(first)
  const chosen = reactive<Record<string, string>>({})
  const at = reactive<Record<string, number>>({})
  const paper = shallowRef<Paper | null>(null)
  /** The chapter to be found in what is being opened. */
  let matter: { title: string; page: number; depth: number } | null = null

  const documents = computed(() => (bid.value === null ? [] : (bids()[bid.value]?.documents ?? [])))
  const document = computed(
    () => documents.value.find((one) => one.id === chosen[bid.value ?? '']) ?? documents.value[0] ?? null,
  )
  const place = computed(() => `${bid.value ?? ''}/${document.value?.id ?? ''}`)
  const page = computed({ get: () => at[place.value] ?? 1, set: (to) => (at[place.value] = to) })

  function choose(wanted: string): void {
    if (bid.value !== null) chosen[bid.value] = wanted
  }

  function turnTo(wanted: string | null): void {
    if (wanted === bid.value) return
    const open = paper.value
    matter = open?.chapters[chapterAt(open.chapters, page.value)] ?? null
    const title = document.value?.title
    bid.value = wanted
    const alike = documents.value.find((one) => one.title === title)
    if (wanted !== null && alike !== undefined && chosen[wanted] === undefined) chosen[wanted] = alike.id
  }

  function goTo(wanted: string, of: string, to: number): void {
    matter = null
    bid.value = wanted
    chosen[wanted] = of
    page.value = to
  }

  function opened(now: Paper | null): void {
    paper.value = now
    if (now === null || matter === null) return
    const there = sameChapter(matter, now.chapters)
    matter = null
    if (there !== null && at[place.value] === undefined) page.value = there.page
  }

  return { bid, documents, document, page, paper, choose, turnTo, goTo, opened }
}

// What fits into a list that somebody still reads.
const MOST_FOUND = 200

export interface Search {
  found: ShallowRef<{ words: string; places: readonly Found[]; over: boolean } | null>
  search(words: string): Promise<void>
  stop(): void
}

/** Full-text search of the document that is open. Results come as they are found. */
export function useSearch(paper: ShallowRef<Paper | null>): Search {
  const found = shallowRef<{ words: string; places: readonly Found[]; over: boolean } | null>(null)

  async function search(words: string): Promise<void> {
    const open = paper.value
    if (words === '' || open === null) return stop()
    const own = { words, places: [] as readonly Found[], over: false }
    found.value = own
    let places: Found[] = []
    for await (const place of open.find(words, MOST_FOUND)) {
      if (found.value?.words !== words || paper.value !== open) return
      places = [...places, place]
      found.value = { words, places, over: false }
    }
    if (found.value?.words === words) found.value = { words, places, over: true }
  }

  function stop(): void {
    found.value = null
  }

  watch(paper, stop)
  return { found, search, stop }
}
