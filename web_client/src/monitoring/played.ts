import type { Way } from './picture'
import { decodes } from './tile-decoder'

/** A track whose pictures a script gives; not in the library's types, for not every browser has it. */
interface Generator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>
}
type MakesTracks = new (of: { kind: 'video' }) => Generator

const maker = (): MakesTracks | undefined =>
  (globalThis as { MediaStreamTrackGenerator?: MakesTracks }).MediaStreamTrackGenerator

/** Whether the browser's own player shows pictures: decoded ones that it takes, or those of WHEP where scripts cannot decode. */
export const plays = (): boolean => !decodes() || maker() !== undefined

/** Pictures in the browser's own player: it converts and scales them beside the page's script, and soonest. */
export class Played implements Way<HTMLVideoElement> {
  /** How many pictures each had shown when they were counted last. */
  #players = new Map<HTMLVideoElement, number>()
  #stream: MediaStream | null = null
  #track: MediaStreamTrack | null = null
  #pictures: WritableStreamDefaultWriter<VideoFrame> | null = null

  constructor(private readonly shown: () => void) {}

  add(element: HTMLVideoElement): void {
    this.#players.set(element, 0)
    element.addEventListener('loadeddata', this.shown)
    element.srcObject = this.#stream
  }

  remove(element: HTMLVideoElement): void {
    this.#players.delete(element)
    element.removeEventListener('loadeddata', this.shown)
    element.srcObject = null
    if (this.#players.size === 0) this.wipe()
  }

  fit(): void {
    // A player scales by itself.
  }

  offer(frame: VideoFrame): void {
    if (this.#pictures === null) this.#begin()
    // A picture that is taken is closed by whoever takes it.
    if (this.#pictures === null) frame.close()
    else this.#pictures.write(frame).catch(() => frame.close())
    for (const { readyState } of this.#players.keys()) if (readyState >= HAVE_CURRENT_DATA) this.shown()
  }

  /** Instead of pictures one by one: what the browser receives and decodes by itself. */
  play(stream: MediaStream): void {
    this.wipe()
    this.#load(stream)
  }

  drop(): void {
    // Nothing is held: each picture has been given to the player.
  }

  wipe(): void {
    this.#track?.stop()
    this.#track = this.#pictures = null
    this.#load(null)
  }

  counted(): number {
    let most = 0
    for (const [element, before] of this.#players) {
      const { totalVideoFrames, droppedVideoFrames } = element.getVideoPlaybackQuality()
      const shown = totalVideoFrames - droppedVideoFrames
      this.#players.set(element, shown)
      most = Math.max(most, shown - before)
    }
    return most
  }

  #begin(): void {
    const Made = maker()
    if (Made === undefined || this.#players.size === 0) return
    const track = new Made({ kind: 'video' })
    this.#track = track
    this.#pictures = track.writable.getWriter()
    this.#load(new MediaStream([track]))
  }

  #load(stream: MediaStream | null): void {
    this.#stream = stream
    for (const element of this.#players.keys()) {
      element.srcObject = stream
      this.#players.set(element, 0)
    }
  }
}

const HAVE_CURRENT_DATA = 2
