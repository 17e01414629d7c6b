import type { Commands } from '@/session/shapes'

/** A name written by hand: strokes in a field of 600 × 200, as the record keeps it. */
export type Hand = NonNullable<Commands['SignReport']['hand']>
export type Stroke = Hand[number]
export type Point = Stroke[number]

export const FIELD = { width: 600, height: 200 } as const
/** What the record takes of all strokes together. */
export const MOST_POINTS = 2048
/** A pen that rests says nothing new; in units of the field. */
const NEAREST = 3

/** Where in the field a pen is, that touches a box on the screen. */
export function within(box: { left: number; top: number; width: number; height: number }, x: number, y: number): Point {
  return [unit(x - box.left, box.width, FIELD.width), unit(y - box.top, box.height, FIELD.height)]
}

/** The stroke with the pen's next point, unless that is hardly another one. */
export function drawn(stroke: Stroke, next: Point): Stroke {
  const last = stroke.at(-1)
  if (last && Math.hypot(next[0] - last[0], next[1] - last[1]) < NEAREST) return stroke
  return [...stroke, next]
}

export function points(hand: Hand): number {
  return hand.reduce((sum, stroke) => sum + stroke.length, 0)
}

/** A stroke as an SVG path, its corners rounded at the middle between two points. */
export function path(stroke: Stroke): string {
  const [first, ...rest] = stroke
  if (!first) return ''
  const bends = rest.map(([x, y], at) => {
    const [toX, toY] = rest[at + 1] ?? [x, y]
    return `Q${x} ${y} ${(x + toX) / 2} ${(y + toY) / 2}`
  })
  return [`M${first[0]} ${first[1]}`, ...(bends.length > 0 ? bends : ['h0.1'])].join('')
}

function unit(offset: number, length: number, units: number): number {
  const found = length > 0 ? Math.round((offset / length) * units) : 0
  return Math.min(units, Math.max(0, found))
}
