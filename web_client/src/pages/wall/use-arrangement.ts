import { computed, type ComputedRef, ref, type Ref, watch } from 'vue'
import { useIntervalFn } from '@vueuse/core'
import { arrange, columnsOf, neighbour, type Arranged, type Layout } from '@/components/tiles/arrangement'
import type { Group, WallTile } from '@/components/tiles/tiles'

const PATROL_MS = 15_000

export interface Arrangement {
  layout: Ref<Layout>
  group: Ref<Group>
  page: Ref<number>
  selected: Ref<string | null>
  pinAlarms: Ref<boolean>
  patrol: Ref<boolean>
  arranged: ComputedRef<Arranged>
  choose(layout: Layout): void
  turn(pages: number): void
  move(key: string): void
  enlarge(source: string): void
  locate(source: string): void
}

/** Which pictures are shown, and which of them is looked at. */
export function useArrangement(tiles: ComputedRef<WallTile[]>): Arrangement {
  const layout = ref<Layout>(16)
  const group = ref<Group>('all')
  const page = ref(0)
  const selected = ref<string | null>(null)
  const pinAlarms = ref(true)
  const patrol = ref(false)
  let before: Layout = 16

  const arranged = computed(() =>
    arrange(tiles.value, { layout: layout.value, group: group.value, page: page.value, selected: selected.value, pinAlarms: pinAlarms.value }),
  )

  function choose(wanted: Layout): void {
    if (wanted === 'single' && layout.value !== 'single') before = layout.value
    layout.value = wanted
    // The page on which what was looked at is found again.
    if (selected.value !== null) follow(selected.value)
  }

  function turn(pages: number): void {
    const { pages: all, page: at } = arranged.value
    page.value = (at + pages + all) % all
  }

  function move(key: string): void {
    selected.value = neighbour(arranged.value.visible, selected.value, columnsOf(layout.value), key)
  }

  function enlarge(source: string): void {
    selected.value = source
    choose(layout.value === 'single' ? before : 'single')
  }

  /** Show it, wherever it is. */
  function locate(source: string): void {
    if (group.value !== 'all' && !tiles.value.some((tile) => tile.source === source && tile.group === group.value)) group.value = 'all'
    selected.value = source
    follow(source)
  }

  function follow(source: string): void {
    if (layout.value === 'single') return
    const shown = tiles.value.filter((tile) => group.value === 'all' || tile.group === group.value)
    const at = shown.findIndex((tile) => tile.source === source)
    if (at >= 0) page.value = Math.floor(at / layout.value)
  }

  watch(group, () => (page.value = 0))
  const patrolling = useIntervalFn(() => turn(1), PATROL_MS, { immediate: false })
  watch(patrol, (on) => (on ? patrolling.resume() : patrolling.pause()))

  return { layout, group, page, selected, pinAlarms, patrol, arranged, choose, turn, move, enlarge, locate }
}
