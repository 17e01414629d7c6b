import { keyOf, type Place, type Sheet } from './sheet'

/** Where a key leads from a cell; null when there is nothing further that way. */
export type Way = 'up' | 'down' | 'left' | 'right' | 'next' | 'previous' | 'missing'

/** The cell a way leads to: up and down to the next item, left and right to the next bid. */
export function moved(sheet: Sheet, from: Place, way: Way): Place | null {
  if (way === 'missing') return nextMissing(sheet, from)
  const open = sheet.open()
  if (way === 'next' || way === 'previous') return beside(open, from, way === 'next' ? 1 : -1)
  if (way === 'up' || way === 'down') {
    const column = open.filter((place) => place.bid === from.bid)
    return beside(column, from, way === 'down' ? 1 : -1)
  }
  const row = open.filter((place) => place.criterion === from.criterion)
  return beside(row, from, way === 'right' ? 1 : -1)
}

/** The next empty cell after this one, from the beginning again when there is none below. */
export function nextMissing(sheet: Sheet, from: Place | null): Place | null {
  const missing = sheet.missing().filter((place) => sheet.standing(place) === 'open')
  if (from === null) return missing[0] ?? null
  const order = new Map(sheet.open().map((place, at) => [keyOf(place.bid, place.criterion), at]))
  const orderOf = ({ bid, criterion }: Place): number => order.get(keyOf(bid, criterion)) ?? -1
  const at = orderOf(from)
  return missing.find((place) => orderOf(place) > at) ?? missing.find((place) => !same(place, from)) ?? null
}

export const same = (one: Place | null, other: Place | null): boolean =>
  one !== null && other !== null && one.bid === other.bid && one.criterion === other.criterion

function beside(places: readonly Place[], from: Place, step: 1 | -1): Place | null {
  const at = placeIn(places, from)
  return at < 0 ? null : (places[at + step] ?? null)
}

const placeIn = (places: readonly Place[], wanted: Place): number =>
  places.findIndex((place) => same(place, wanted))
