import { computed, onBeforeUnmount, onMounted, ref, type ComputedRef, type Ref } from 'vue'

// What a title of eight characters and a score in its field need, at the root's text size of 16 px.
const LEAST_WIDTH = 82
const HEAD_WIDTH = 168 + 48
// Columns beyond the edges, so that a quick scroll shows no white.
const SPARE = 2

export interface Columns {
  /** All columns are beside each other in sight. */
  fits: ComputedRef<boolean>
  /** The first column drawn, and the one after the last. */
  first: ComputedRef<number>
  last: ComputedRef<number>
  width: ComputedRef<number>
  /** How much room the columns left and right of them take, in px. */
  before: ComputedRef<number>
  after: ComputedRef<number>
  look(): void
  /** Scroll so that a column is in sight. */
  reveal(column: number): void
}

/** Which columns of a wide table are drawn: all, when they fit beside each other. */
export function useColumns(scroller: Readonly<Ref<HTMLElement | null>>, count: Ref<number>): Columns {
  const room = ref(632 - HEAD_WIDTH)
  const left = ref(0)
  const scale = ref(1)

  const fits = computed(() => count.value * LEAST_WIDTH * scale.value <= room.value)
  const width = computed(() =>
    fits.value && count.value > 0 ? Math.floor(room.value / count.value) : Math.round(LEAST_WIDTH * scale.value),
  )
  const first = computed(() => (fits.value ? 0 : clamp(Math.floor(left.value / width.value) - SPARE, 0, count.value)))
  const last = computed(() =>
    fits.value ? count.value : clamp(Math.ceil((left.value + room.value) / width.value) + SPARE, 0, count.value),
  )

  function look(): void {
    if (scroller.value !== null) left.value = scroller.value.scrollLeft
  }

  function measure(): void {
    if (scroller.value === null) return
    scale.value = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1
    room.value = Math.max(200, scroller.value.clientWidth - HEAD_WIDTH * scale.value - 2)
    look()
  }

  function reveal(column: number): void {
    if (fits.value || column < 0 || scroller.value === null) return
    const start = column * width.value
    const end = start + width.value
    if (start < left.value) scroller.value.scrollLeft = start
    else if (end > left.value + room.value) scroller.value.scrollLeft = end - room.value
    look()
  }

  let watched: ResizeObserver | undefined
  onMounted(() => {
    measure()
    watched = new ResizeObserver(measure)
    if (scroller.value !== null) watched.observe(scroller.value)
  })
  onBeforeUnmount(() => watched?.disconnect())

  const before = computed(() => first.value * width.value)
  const after = computed(() => (count.value - last.value) * width.value)
  return { fits, first, last, width, before, after, look, reveal }
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))
