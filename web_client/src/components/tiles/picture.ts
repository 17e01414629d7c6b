/** A picture that arrives by itself; the wall's pictures are such. */
export interface LivePicture {
  readonly status: {
    readonly state: 'waiting' | 'live' | 'lost' | 'refused'
    readonly code: string | null
    readonly fps: number
    readonly delayMs: number | null
    readonly lowered: boolean
    readonly since: number | null
  }
  /** What it is shown on in this browser. */
  readonly on: 'video' | 'canvas'
  /** Show it on this element from now on; the answer ends it. */
  show(element: HTMLVideoElement | HTMLCanvasElement): () => void
}

/**
 * How a tile looks. What the page knows of the seat (`away`, `alarm`, `talking`, `sealed`, …) it passes;
 * whether a picture comes the tile sees by itself.
 */
export type TileState =
  | 'live'
  | 'talking'
  | 'weak'
  | 'away'
  | 'alarm'
  | 'waiting'
  | 'off'
  | 'lost'
  | 'absent'
  | 'forbidden'
  | 'sealed'

/** Nothing is drawn in these, whatever comes. */
const COVERED: ReadonlySet<TileState> = new Set(['absent', 'forbidden', 'sealed'])

export const isCovered = (state: TileState): boolean => COVERED.has(state)

/** The look of a tile: first what must not be seen, then whether there is anything to see. */
export function lookOf(wished: TileState | undefined, picture: LivePicture | null): TileState {
  if (wished !== undefined && isCovered(wished)) return wished
  if (picture !== null) {
    const { state, code, lowered } = picture.status
    if (state === 'refused') return code === 'screen_sealed' ? 'sealed' : 'forbidden'
    // What has not been there since the page was opened is not lost, unless an alarm says so.
    if (state === 'lost' && code === 'not_live' && wished !== 'alarm') return 'off'
    if (state !== 'live') return state
    if (lowered && (wished === undefined || wished === 'live')) return 'weak'
  }
  return wished ?? 'live'
}
