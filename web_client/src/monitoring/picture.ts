import { shallowReactive } from 'vue'

/** `waiting`: it is there and its first picture is not; `lost`: nothing comes of it; `refused`: the rules say no. */
export type PictureState = 'waiting' | 'live' | 'lost' | 'refused'

/** How a picture is, for whoever shows it. */
export interface PictureStatus {
  state: PictureState
  /** Why it is refused or lost. */
  code: string | null
  /** Pictures shown in the last second. */
  fps: number
  /** From the server to the eye, in milliseconds; null where it cannot be told. */
  delayMs: number | null
  /** Fewer pictures than the tile has room for, because this line or this machine is slow. */
  lowered: boolean
  /** Since when it is lost, by server time. */
  since: number | null
  /** Width and height of what comes. */
  size: readonly [number, number] | null
}

interface Canvas {
  element: HTMLCanvasElement
  paint: CanvasRenderingContext2D | null
  observer: ResizeObserver
}

/** What one source shows, on as many canvases as want it. Whoever holds it decides where it comes from. */
export class Picture {
  readonly status: PictureStatus = shallowReactive({
    state: 'waiting', code: null, fps: 0, delayMs: null, lowered: false, since: null, size: null,
  })
  #canvases = new Set<Canvas>()
  #next: VideoFrame | null = null
  #drawn = 0

  constructor(
    readonly source: string,
    /** The canvases have become more, fewer, or of another size. */
    private readonly resized: (picture: Picture) => void,
  ) {}

  /** Draw on this canvas from now on; the answer ends it. */
  show(element: HTMLCanvasElement): () => void {
    const observer = new ResizeObserver(() => this.#fit(canvas))
    const canvas: Canvas = { element, paint: element.getContext('2d', { alpha: false }), observer }
    this.#canvases.add(canvas)
    observer.observe(element)
    this.#fit(canvas)
    return () => {
      observer.disconnect()
      this.#canvases.delete(canvas)
      this.resized(this)
    }
  }

  /** Device pixels of the widest canvas; 0 when nobody looks. */
  get width(): number {
    return Math.max(0, ...Array.from(this.#canvases, ({ element }) => element.width))
  }

  /** The newest picture; the one before it that nobody has seen yet is closed. */
  offer(frame: VideoFrame): void {
    this.#next?.close()
    this.#next = frame
  }

  /** Draw what came since the last time. A picture is held no longer than that. */
  draw(): void {
    const frame = this.#next
    if (frame === null) return
    this.#next = null
    this.paint(frame, frame.displayWidth, frame.displayHeight)
    frame.close()
  }

  paint(image: CanvasImageSource, width: number, height: number): void {
    if (this.status.size?.[0] !== width || this.status.size[1] !== height) this.status.size = [width, height]
    for (const { element, paint } of this.#canvases) paint?.drawImage(image, ...covering(width, height, element), 0, 0, element.width, element.height)
    this.#drawn += 1
    if (this.status.state !== 'live') Object.assign(this.status, { state: 'live', code: null, since: null })
  }

  /** Nothing comes any more. What it showed last goes with it when the rules say so. */
  lose(state: 'lost' | 'refused' | 'waiting', code: string | null, at: number | null): void {
    this.drop()
    if (state === 'refused') this.wipe()
    const since = state === 'lost' ? (this.status.since ?? at) : null
    Object.assign(this.status, { state, code, since, fps: 0, delayMs: null })
  }

  /** No picture may stay where it may no longer be seen. */
  wipe(): void {
    for (const { element, paint } of this.#canvases) paint?.clearRect(0, 0, element.width, element.height)
  }

  drop(): void {
    this.#next?.close()
    this.#next = null
  }

  /** Once a second. */
  count(): void {
    if (this.status.fps !== this.#drawn) this.status.fps = this.#drawn
    this.#drawn = 0
  }

  #fit(canvas: Canvas): void {
    const { element } = canvas
    const width = Math.max(1, Math.round(element.clientWidth * globalThis.devicePixelRatio))
    const height = Math.max(1, Math.round(element.clientHeight * globalThis.devicePixelRatio))
    if (element.width === width && element.height === height) return this.resized(this)
    Object.assign(element, { width, height })
    this.resized(this)
  }
}

/** The part of a picture that fills a canvas without being stretched. */
export function covering(
  width: number,
  height: number,
  canvas: { width: number; height: number },
): [number, number, number, number] {
  const scale = Math.max(canvas.width / width, canvas.height / height)
  const [seenWidth, seenHeight] = [canvas.width / scale, canvas.height / scale]
  return [(width - seenWidth) / 2, (height - seenHeight) / 2, seenWidth, seenHeight]
}
