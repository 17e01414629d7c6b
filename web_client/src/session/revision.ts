import type { Entry } from './drawer'

/**
 * The revision of a row as an entry has left it, by its receipt: the server counts each cell that it
 * changed. Null where the receipt says nothing that can be read.
 */
export function revisionAfter(entry: Entry, receipt: Record<string, unknown> | undefined): number | null {
  // No receipt: everything stood there already, and nothing was counted.
  if (receipt === undefined) return entry.seen
  const signed = receipt['signed']
  if (!Array.isArray(signed)) return null
  try {
    const counts = signed.map((one: { body: string }) => changed(JSON.parse(one.body), entry.bid))
    return counts.reduce((sum, count) => sum + count, entry.seen)
  } catch {
    return null
  }
}

function changed(event: { cells: { bid: string }[] }, bid: string): number {
  return event.cells.filter((cell) => cell.bid === bid).length
}

/** Those of the same row that wait behind an entry, now on the revision that it has left. */
export function raisedBehind(entries: readonly Entry[], entry: Entry, revision: number): Entry[] {
  const { id, section, bid } = entry
  return entries
    .filter((one) => one.id !== id && one.state === 'waiting' && one.section === section && one.bid === bid)
    .filter((one) => one.seen < revision)
    .map((one) => ({ ...one, seen: revision }))
}
