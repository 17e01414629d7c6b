import { shallowReactive } from 'vue'
import { Drawn } from './drawn'
import { Played, plays } from './played'

/** `waiting`: it is there and its first picture is not; `lost`: nothing comes of it; `refused`: the rules say no. */
export type PictureState = 'waiting' | 'live' | 'lost' | 'refused'

/** How a picture is, for whoever shows it. */
export interface PictureStatus {
  state: PictureState
  /** Why it is refused or lost. */
  code: string | null
  /** Pictures shown in the last second. */
  fps: number
  /** From the server to this browser, in milliseconds; null where it cannot be told. */
  delayMs: number | null
  /** Fewer pictures than the tile has room for, because this line or this machine is slow. */
  lowered: boolean
  /** Since when it is lost, by server time. */
  since: number | null
}

/** How pictures come onto the elements of a page. */
export interface Way<Element extends HTMLElement> {
  add(element: Element): void
  remove(element: Element): void
  /** An element has another size, in device pixels. */
  fit(element: Element, width: number, height: number): void
  /** The next picture; it is closed here. */
  offer(frame: VideoFrame): void
  /** Let go of a picture that nobody has seen yet. */
  drop(): void
  /** No picture may stay where it may no longer be seen. */
  wipe(): void
  /** How many pictures were shown since this was asked last. */
  counted(): number
}

/** What one source shows, on as many elements as want it. Whoever holds it decides where it comes from. */
export class Picture {
  readonly status: PictureStatus = shallowReactive({
    state: 'waiting', code: null, fps: 0, delayMs: null, lowered: false, since: null,
  })
  /** What it is shown on in this browser. */
  readonly on: 'video' | 'canvas' = plays() ? 'video' : 'canvas'
  #widths = new Map<HTMLElement, number>()
  #played = new Played(() => this.#shown())
  #drawn = new Drawn(() => this.#shown())

  constructor(
    readonly source: string,
    /** The elements have become more, fewer, or of another size. */
    private readonly resized: (picture: Picture) => void,
  ) {}

  /** Show it on this element from now on; the answer ends it. */
  show(element: HTMLVideoElement | HTMLCanvasElement): () => void {
    return element instanceof HTMLVideoElement ? this.#show(element, this.#played) : this.#show(element, this.#drawn)
  }

  /** Device pixels of the widest element; 0 when nobody looks. */
  get width(): number {
    return Math.max(0, ...this.#widths.values())
  }

  /** The newest picture. */
  offer(frame: VideoFrame): void {
    this.#way.offer(frame)
  }

  /** Instead of pictures one by one: what the browser receives and decodes by itself. */
  play(stream: MediaStream): void {
    this.#played.play(stream)
  }

  /** Nothing comes any more. What it showed last goes with it when the rules say so. */
  lose(state: 'lost' | 'refused' | 'waiting', code: string | null, at: number | null): void {
    this.drop()
    if (state === 'refused') this.#way.wipe()
    const since = state === 'lost' ? (this.status.since ?? at) : null
    Object.assign(this.status, { state, code, since, fps: 0, delayMs: null })
  }

  drop(): void {
    this.#way.drop()
  }

  /** Once a second: what changes with each picture is told no oftener. */
  count(delayMs: number | null): void {
    this.status.fps = this.#way.counted()
    if (this.status.state === 'live') this.status.delayMs = delayMs
  }

  get #way(): Played | Drawn {
    return this.on === 'video' ? this.#played : this.#drawn
  }

  #show<Element extends HTMLElement>(element: Element, way: Way<Element>): () => void {
    const fit = (): void => {
      const [width, height] = [devicePixels(element.clientWidth), devicePixels(element.clientHeight)]
      way.fit(element, width, height)
      this.#widths.set(element, width)
      this.resized(this)
    }
    const observer = new ResizeObserver(fit)
    way.add(element)
    observer.observe(element)
    fit()
    return () => {
      observer.disconnect()
      way.remove(element)
      this.#widths.delete(element)
      this.resized(this)
    }
  }

  #shown(): void {
    if (this.status.state !== 'live') Object.assign(this.status, { state: 'live', code: null, since: null })
  }
}

function devicePixels(length: number): number {
  return Math.max(1, Math.round(length * globalThis.devicePixelRatio))
}
