import type { Way } from './picture'

/** Pictures drawn on canvases, once with each picture of the screen: where no player takes decoded ones. */
export class Drawn implements Way<HTMLCanvasElement> {
  #canvases = new Map<HTMLCanvasElement, CanvasRenderingContext2D | null>()
  #next: VideoFrame | null = null
  #turn = 0
  #count = 0

  constructor(private readonly shown: () => void) {}

  add(element: HTMLCanvasElement): void {
    this.#canvases.set(element, element.getContext('2d', { alpha: false }))
  }

  remove(element: HTMLCanvasElement): void {
    this.#canvases.delete(element)
  }

  fit(element: HTMLCanvasElement, width: number, height: number): void {
    // To give a canvas a size empties it, the same size too.
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height })
  }

  /** The one before it that nobody has seen yet is closed. */
  offer(frame: VideoFrame): void {
    this.#next?.close()
    this.#next = frame
    this.#turn ||= requestAnimationFrame(() => this.#draw())
  }

  drop(): void {
    cancelAnimationFrame(this.#turn)
    this.#turn = 0
    this.#next?.close()
    this.#next = null
  }

  wipe(): void {
    for (const [element, paint] of this.#canvases) paint?.clearRect(0, 0, element.width, element.height)
  }

  counted(): number {
    const count = this.#count
    this.#count = 0
    return count
  }

  #draw(): void {
    this.#turn = 0
    const frame = this.#next
    if (frame === null) return
    this.#next = null
    const { displayWidth, displayHeight } = frame
    for (const [element, paint] of this.#canvases)
      paint?.drawImage(frame, ...covering(displayWidth, displayHeight, element), 0, 0, element.width, element.height)
    frame.close()
    this.#count += 1
    this.shown()
  }
}

/** The part of a picture that fills a canvas without being stretched. */
function covering(
  width: number,
  height: number,
  canvas: { width: number; height: number },
): [number, number, number, number] {
  const scale = Math.max(canvas.width / width, canvas.height / height)
  const [seenWidth, seenHeight] = [canvas.width / scale, canvas.height / scale]
  return [(width - seenWidth) / 2, (height - seenHeight) / 2, seenWidth, seenHeight]
}
