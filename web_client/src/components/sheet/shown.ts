import type { BidPart, CellPart, Criterion } from '@/session/shapes'
import type { Draft } from './draft'
import { keyOf, type Sheet, type Standing } from './sheet'

/** Everything that a cell shows, beside its item: where it stands, and what stands in it. */
export interface Shown {
  bid: string
  bidder: string
  /** Its bid's place among all bids. */
  column: number
  standing: Standing
  cell: CellPart | null
  draft: Draft | null
  /** What another scorer has entered for all to confirm, or what the server reads itself. */
  given: string | null
  /** The cell is on its way, or was refused. */
  way: 'waiting' | 'refused' | null
}

export type Drafts = ReadonlyMap<string, Draft>
export type Ways = ReadonlyMap<string, 'waiting' | 'refused'>

/** The cells of an item under some bids, the first of which has this place. */
export function rowOf(sheet: Sheet, item: Criterion, bids: readonly { id: string; bid: BidPart }[], first: number, drafts: Drafts, ways: Ways): Shown[] {
  return bids.map(({ id, bid }, at) => {
    const place = { bid: id, criterion: item.id }
    const key = keyOf(id, item.id)
    const standing = sheet.standing(place)
    return {
      bid: id, bidder: bid.bidder, column: first + at, standing, cell: sheet.cell(place), draft: drafts.get(key) ?? null,
      given: standing === 'structured' ? sheet.structured(place) : sheet.shared(place), way: ways.get(key) ?? null,
    }
  })
}

/** The row, with every cell that shows what it showed before as the very same object; the row before when all do. */
export function keptRow(before: readonly Shown[] | undefined, now: readonly Shown[]): readonly Shown[] {
  if (before === undefined) return now
  const known = new Map(before.map((one) => [one.bid, one]))
  const kept = now.map((one) => keptCell(known.get(one.bid), one))
  return kept.length === before.length && kept.every((one, at) => one === before[at]) ? before : kept
}

const keptCell = (before: Shown | undefined, now: Shown): Shown =>
  before !== undefined && (Object.keys(now) as (keyof Shown)[]).every((part) => before[part] === now[part]) ? before : now
