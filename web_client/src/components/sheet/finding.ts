interface Named {
  id: string
  bid: { bidder: string }
}

/** A bid as it is offered to whoever looks for it. */
export const nameOf = ({ id, bid }: Named): string => `${id} ${bid.bidder}`

/** The bid that is meant: by its id, by its name, by the beginning of either, by a part of the name; null when none is. */
export function foundBid(bids: readonly Named[], typed: string): string | null {
  const words = typed.trim().toLowerCase()
  const meant: ((id: string, name: string) => boolean)[] = [
    (id, name) => words === id || words === name || words === `${id} ${name}`,
    (id, name) => id.startsWith(words) || name.startsWith(words),
    (_id, name) => name.includes(words),
  ]
  const found = meant.map((is) => bids.find(({ id, bid }) => is(id.toLowerCase(), bid.bidder.toLowerCase())))
  return found.find((one) => one !== undefined)?.id ?? null
}
