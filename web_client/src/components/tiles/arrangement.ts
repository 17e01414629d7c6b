import type { Group, WallTile } from './tiles'

/** How many pictures a page of the wall has; `single` is a large one with others beside it. */
export type Layout = 1 | 4 | 9 | 16 | 36 | 'single'
export const LAYOUTS: readonly Layout[] = [1, 4, 9, 16, 36, 'single']

/** Beside the large picture. */
const BESIDE = 6
/** Alarms may take a quarter of a page, so that the rest of the wall stays where it was. */
const PINNED_SHARE = 4

export interface Arranged {
  visible: WallTile[]
  pages: number
  /** The page that is shown, where there were once more of them. */
  page: number
}

export interface Wish {
  layout: Layout
  group: Group
  page: number
  selected: string | null
  pinAlarms: boolean
}

/** The tiles of the page at hand. What an alarm brings forward never takes the place of what is looked at. */
export function arrange(tiles: readonly WallTile[], wish: Wish): Arranged {
  const shown = tiles.filter((tile) => wish.group === 'all' || tile.group === wish.group)
  if (wish.layout === 'single') return { visible: single(shown, wish), pages: 1, page: 0 }
  const size = wish.layout
  const pages = Math.max(1, Math.ceil(shown.length / size))
  const page = Math.min(wish.page, pages - 1)
  const own = shown.slice(page * size, page * size + size)
  return { visible: wish.pinAlarms ? pinned(own, tiles, size, wish.selected) : own, pages, page }
}

/** Where the selection goes from here by an arrow key, within the page. */
export function neighbour(visible: readonly WallTile[], selected: string | null, columns: number, key: string): string | null {
  const at = visible.findIndex((tile) => tile.source === selected)
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }
  const to = at < 0 ? 0 : at + (steps[key] ?? 0)
  return visible[to]?.source ?? selected
}

export function columnsOf(layout: Layout): number {
  return layout === 'single' ? 1 : Math.sqrt(layout)
}

function single(shown: readonly WallTile[], { selected, pinAlarms }: Wish): WallTile[] {
  const large = shown.find((tile) => tile.source === selected) ?? shown[0]
  if (large === undefined) return []
  const others = shown.filter((tile) => tile !== large)
  const first = pinAlarms ? others.filter((tile) => tile.state === 'alarm') : []
  return [large, ...[...first, ...others.filter((tile) => !first.includes(tile))].slice(0, BESIDE)]
}

/** Alarms of other pages come to the end of this one, in the place of what is calm and not selected. */
function pinned(own: readonly WallTile[], all: readonly WallTile[], size: number, selected: string | null): WallTile[] {
  const most = Math.max(size > 1 ? 1 : 0, Math.floor(size / PINNED_SHARE))
  const brought = all.filter((tile) => tile.state === 'alarm' && !own.includes(tile)).slice(0, most)
  const visible = [...own]
  for (const tile of brought) {
    if (visible.length < size) {
      visible.push(tile)
      continue
    }
    const place = visible.findLastIndex((one) => one.state !== 'alarm' && one.source !== selected)
    if (place >= 0) visible[place] = tile
  }
  return visible
}
