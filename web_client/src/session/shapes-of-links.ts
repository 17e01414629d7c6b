/** How well a seat reaches the server, as its own page measures it. */
export interface SeatLink {
  rtt_ms: number
  /** Of a thousand. */
  lost: number
  /** When it was said, in ms of this browser. */
  at: number
}

/** What is older says nothing of now. */
export const FRESH_MS = 20_000

// A talk of several people is a strain from here on.
const SLOW_MS = 400
const LOSSY = 50

/** Whether one would notice it in a talk. */
export const isWeak = ({ rtt_ms, lost }: SeatLink): boolean => rtt_ms >= SLOW_MS || lost >= LOSSY

/** Of four bars: three from a tenth of a second on, two from a quarter, one where one would notice it. */
export function barsOf(link: SeatLink): number {
  if (isWeak(link)) return 1
  return link.rtt_ms >= 250 || link.lost >= 20 ? 2 : link.rtt_ms >= 100 || link.lost >= 10 ? 3 : 4
}

/** 38 ms · 1.2% */
export function linkFigures({ rtt_ms, lost }: SeatLink): string {
  return lost > 0 ? `${rtt_ms} ms · ${lost / 10}%` : `${rtt_ms} ms`
}
