import { shallowRef, type ShallowRef } from 'vue'
import { ageOf, type FrameHeader } from './frame-header'
import { Picture } from './picture'
import { decodes, TileDecoder } from './tile-decoder'
import { Seen } from './seen'
import { WallLink, type Listed, type WallState } from './wall-link'

// Of a listed source nothing has come for so long.
const SILENT_MS = 5000
// Between two attempts to begin a stream anew on this machine.
const RENEW_MS = 2000
// The server tells only these widths apart: up to 120 and 200 pixels it sends fewer pictures.
const WIDTHS = [120, 200] as const

interface Stream {
  handle: number
  picture: Picture
  decoder: TileDecoder
  width: number
  heardAt: number
  /** From the server to here, of what came last. */
  delayMs: number | null
  renewedAt: number
}

/** All pictures of a session that somebody looks at, each on its tiles. */
export class Wall {
  /** What may be seen or heard now, in the order of a wall. */
  readonly listed: ShallowRef<readonly Listed[]> = shallowRef([])
  readonly state: ShallowRef<WallState> = shallowRef('joining')
  readonly code: ShallowRef<string | null> = shallowRef(null)
  #pictures = new Map<string, Picture>()
  #streams = new Map<number, Stream>()
  #fallbacks = new Map<string, Seen>()
  #link: WallLink
  #counting: ReturnType<typeof setInterval> | undefined

  constructor(
    readonly session: string,
    /** Server time in milliseconds. */
    private readonly now: () => number,
  ) {
    this.#link = new WallLink(session, {
      state: (state, code) => this.#stood(state, code),
      streams: (listed) => this.#list(listed),
      ended: (stream, code) => this.#ended(stream, code),
      refused: (stream, code, retryMs) => this.#refused(stream, code, retryMs),
      lowered: (stream, layer) => this.#lowered(stream, layer),
      frame: (header, data) => this.#came(header, data),
    })
  }

  open(): void {
    this.#link.open()
    document.addEventListener('visibilitychange', this.#visible)
    this.#visible()
    this.#counting = setInterval(() => this.#count(), 1000)
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.#visible)
    clearInterval(this.#counting)
    this.#link.close()
    for (const stream of [...this.#streams.values()]) this.#forget(stream)
    for (const seen of this.#fallbacks.values()) seen.end()
    this.#fallbacks.clear()
  }

  /** The picture of a source; it comes as soon as somebody shows it and the source is there. */
  picture(source: string): Picture {
    const known = this.#pictures.get(source)
    if (known !== undefined) return known
    const made = new Picture(source, (picture) => this.#wantedOf(picture))
    this.#pictures.set(source, made)
    return made
  }

  #stood(state: WallState, code: string | null): void {
    this.state.value = state
    this.code.value = code
    if (state === 'live' || state === 'joining') return
    for (const stream of [...this.#streams.values()]) {
      this.#forget(stream)
      stream.picture.lose('lost', 'line_broken', this.now())
    }
  }

  #list(listed: readonly Listed[]): void {
    this.listed.value = listed
    const handles = new Set(listed.map((one) => one.stream))
    for (const stream of [...this.#streams.values()])
      if (!handles.has(stream.handle)) this.#ended(stream.handle, 'not_listed')
    for (const picture of this.#pictures.values()) this.#wantedOf(picture)
  }

  #wantedOf(picture: Picture): void {
    const found = this.listed.value.find((one) => one.source === picture.source)
    const width = picture.width
    if (!decodes()) return this.#watchOtherwise(picture, found !== undefined && width > 0)
    if (found === undefined || found.kind === 'microphone') {
      if (picture.status.state === 'waiting' && this.state.value === 'live') picture.lose('lost', 'not_live', this.now())
      return
    }
    const stream = this.#streams.get(found.stream)
    if (width === 0) {
      if (stream !== undefined) this.#leave(stream)
    } else if (stream === undefined) this.#begin(found.stream, picture, width)
    else if (classOf(stream.width) !== classOf(width)) this.#see(stream, width)
  }

  #begin(handle: number, picture: Picture, width: number): void {
    const stream: Stream = {
      handle, picture, width, heardAt: performance.now(), delayMs: null, renewedAt: 0,
      decoder: new TileDecoder({
        picture: (frame, seq) => {
          picture.offer(frame)
          this.#link.ack(handle, seq)
        },
        stuck: () => this.#renew(stream),
      }),
    }
    this.#streams.set(handle, stream)
    picture.lose('waiting', null, null)
    this.#see(stream, width)
  }

  #see(stream: Stream, width: number): void {
    stream.width = width
    this.#link.subscribe({ stream: stream.handle, layer: 2, width })
  }

  /** Too much for this machine, or a frame that cannot be read: begin anew, not too often. */
  #renew(stream: Stream): void {
    const now = performance.now()
    const wait = Math.max(0, stream.renewedAt + RENEW_MS - now)
    stream.renewedAt = now + wait
    setTimeout(() => {
      if (this.#streams.get(stream.handle) === stream)
        this.#link.renew({ stream: stream.handle, layer: 2, width: stream.width })
    }, wait)
  }

  #came(header: FrameHeader, data: Uint8Array<ArrayBuffer>): void {
    const stream = this.#streams.get(header.stream)
    if (stream === undefined) return
    stream.heardAt = performance.now()
    stream.delayMs = ageOf(header.serverMs, this.now())
    stream.decoder.take(header, data)
  }

  #ended(handle: number, code: string): void {
    const stream = this.#streams.get(handle)
    if (stream === undefined) return
    this.#forget(stream)
    const gone = ENDINGS.has(code)
    stream.picture.lose(gone ? 'lost' : 'refused', code, this.now())
    // Listed still or again: a new publication has taken its place.
    if (gone) this.#wantedOf(stream.picture)
  }

  #refused(handle: number, code: string, retryMs: number | null): void {
    const stream = this.#streams.get(handle)
    if (stream === undefined) return
    this.#forget(stream)
    stream.picture.lose(ENDINGS.has(code) ? 'lost' : 'refused', code, this.now())
    if (retryMs !== null) setTimeout(() => this.#wantedOf(stream.picture), retryMs)
  }

  #lowered(handle: number, layer: number): void {
    const stream = this.#streams.get(handle)
    if (stream !== undefined) stream.picture.status.lowered = layer < Math.min(classOf(stream.width), 2)
  }

  #leave(stream: Stream): void {
    this.#link.unsubscribe(stream.handle)
    this.#forget(stream)
  }

  #forget(stream: Stream): void {
    stream.decoder.close()
    stream.picture.drop()
    stream.picture.status.lowered = false
    this.#streams.delete(stream.handle)
  }

  #count(): void {
    const now = performance.now()
    for (const stream of this.#streams.values()) {
      stream.picture.count(stream.delayMs)
      const silent = now - stream.heardAt > SILENT_MS && document.visibilityState === 'visible'
      if (silent && stream.picture.status.state !== 'lost') stream.picture.lose('lost', 'silent', this.now())
    }
  }

  #visible = (): void => {
    const hidden = document.visibilityState === 'hidden'
    this.#link.hide(hidden)
    for (const stream of this.#streams.values()) {
      if (hidden) stream.decoder.rest()
      if (hidden) stream.picture.drop()
      stream.heardAt = performance.now()
    }
  }

  /** Without a decoder of its own the browser plays each picture by WHEP. */
  #watchOtherwise(picture: Picture, wanted: boolean): void {
    const seen = this.#fallbacks.get(picture.source)
    if (wanted && seen === undefined) {
      const begun = new Seen(this.session, picture, this.now)
      this.#fallbacks.set(picture.source, begun)
      begun.begin()
    } else if (!wanted && seen !== undefined) {
      seen.end()
      this.#fallbacks.delete(picture.source)
      if (picture.width > 0) picture.lose('lost', 'not_live', this.now())
    }
  }
}

/** How a publication ends, rather than the right to see it. */
const ENDINGS: ReadonlySet<string> = new Set([
  'closed', 'failed', 'silent', 'let_go', 'not_listed', 'unknown_stream', 'restart', 'busy', 'refused', 'replaced',
])

/** The highest temporal layer that a tile of this width gets. */
function classOf(width: number): number {
  return WIDTHS.filter((most) => width > most).length
}
