import type { Phase } from '@/session/shapes'

export interface Stretch {
  phase: Phase
  /** Server time (ms); null for what has not begun. */
  begun: number | null
  /** Percent of the whole line. */
  left: number
  width: number
  /** Of the running phase: what lies past the present. */
  ahead: number
  standing: 'done' | 'now' | 'next'
}

export interface Axis {
  stretches: Stretch[]
  /** Where a moment lies, in percent. */
  place(at: number): number
}

/** What is still to come has no time, only an order: each has the same width. */
const NEXT_WIDTH = 7
/** Nobody knows how long it will still take. */
const AHEAD = 4
/** A phase of a minute can still be read and pointed at. */
const LEAST_WIDTH = 5

/** The phases of a session along a line, in proportion to how long they took as far as that can be read. */
export function axisOf(chain: readonly Phase[], begun: readonly { phase: Phase; at: number }[], now: number, over: boolean): Axis {
  const next = over ? [] : chain.slice(chain.indexOf(begun.at(-1)?.phase ?? chain[0] as Phase) + 1)
  const space = 100 - next.length * NEXT_WIDTH - (over ? 0 : AHEAD)
  const lengths = begun.map(({ at }, place) => Math.max(0, (begun[place + 1]?.at ?? now) - at))
  const widths = shares(lengths, space)
  let left = 0
  const past = begun.map(({ phase, at }, place): Stretch => {
    const running = !over && place === begun.length - 1
    const own = widths[place] ?? 0
    const stretch: Stretch = { phase, begun: at, left, width: own, ahead: running ? AHEAD : 0, standing: running ? 'now' : 'done' }
    left += own
    return stretch
  })
  if (!over) left += AHEAD
  const coming = next.map((phase, place): Stretch => ({ phase, begun: null, left: left + place * NEXT_WIDTH, width: NEXT_WIDTH, ahead: 0, standing: 'next' }))
  return { stretches: [...past, ...coming], place: (at) => placed(past, lengths, at) }
}

/** Widths in proportion, none below the least as long as there is room. */
function shares(lengths: readonly number[], space: number): number[] {
  const least = Math.min(LEAST_WIDTH, space / Math.max(1, lengths.length))
  const rest = space - least * lengths.length
  const total = lengths.reduce((sum, length) => sum + length, 0)
  return lengths.map((length) => least + (total > 0 ? (length / total) * rest : rest / lengths.length))
}

function placed(past: readonly Stretch[], lengths: readonly number[], at: number): number {
  const found = past.findLastIndex((one) => (one.begun ?? 0) <= at)
  const stretch = past[found]
  if (stretch === undefined) return 0
  const length = lengths[found] ?? 0
  const share = length > 0 ? Math.min(1, (at - (stretch.begun ?? at)) / length) : 1
  return stretch.left + stretch.width * share
}
