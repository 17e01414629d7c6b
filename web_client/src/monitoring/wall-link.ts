import { WALL_PATH } from '@/protocol/generated/names'
import { readHeader, Unreadable, type FrameHeader } from './frame-header'

/** Something that may be seen or heard now, in the order of a wall. */
export interface Listed {
  stream: number
  source: string
  kind: 'camera' | 'screen' | 'microphone'
  codec: string | null
  epoch: number
  label_key: string
  label: Record<string, string>
}

/** `ended`: nobody is let in again by himself, and `code` says why. */
export type WallState = 'joining' | 'live' | 'broken' | 'ended'

export interface WallListener {
  state(state: WallState, code: string | null): void
  streams(listed: readonly Listed[]): void
  ended(stream: number, code: string): void
  refused(stream: number, code: string, retryMs: number | null): void
  lowered(stream: number, layer: number): void
  frame(header: FrameHeader, picture: Uint8Array<ArrayBuffer>): void
}

export interface Wanted {
  stream: number
  layer: 0 | 1 | 2
  width: number
}

interface Heard {
  streams?: Listed[]
  ended?: number
  refused?: number
  lowered?: number
  code?: string
  layer?: number
  retry_ms?: number
}

// At 15 pictures a second three of them: well within the five frames or 300 ms that are asked for.
const ACK_EVERY_MS = 200
const BACK_AFTER_MS = [300, 600, 1200, 2500, 5000] as const
const TOO_FAST_MS = 5000
const TOO_FAST = 4429
// Those who come back only because somebody logs in, is appointed, or closes another window.
const NOT_BACK: ReadonlySet<number> = new Set([1002, 1009, 4400, 4401, 4403, 4409])

/** The pictures' own line: what is wanted goes up, what may be seen and the pictures come down. */
export class WallLink {
  #socket: WebSocket | null = null
  #acks = new Map<number, number>()
  #wanted = new Map<number, Wanted>()
  #unwanted = new Set<number>()
  #hidden = false
  #tries = 0
  #left = false
  #soon = false
  #later: ReturnType<typeof setTimeout> | undefined
  #acking: ReturnType<typeof setInterval> | undefined

  constructor(
    readonly session: string,
    private readonly listener: WallListener,
    private readonly at: string = globalThis.location.origin,
  ) {}

  open(): void {
    this.#left = false
    this.listener.state('joining', null)
    this.#connect()
  }

  close(): void {
    this.#left = true
    clearTimeout(this.#later)
    clearInterval(this.#acking)
    this.#socket?.close(1000)
    this.#socket = null
  }

  /** See a stream, or see it in another size; said when the step is over, with others. */
  subscribe(wanted: Wanted): void {
    this.#wanted.set(wanted.stream, wanted)
    this.#sendSoon()
  }

  unsubscribe(stream: number): void {
    this.#wanted.delete(stream)
    this.#acks.delete(stream)
    this.#unwanted.add(stream)
    this.#sendSoon()
  }

  /** Begin a stream anew, at a key frame. */
  renew(wanted: Wanted): void {
    this.unsubscribe(wanted.stream)
    this.subscribe(wanted)
  }

  hide(hidden: boolean): void {
    if (hidden === this.#hidden) return
    this.#hidden = hidden
    this.#say({ hidden })
  }

  /** Everything of this stream up to `seq` has been taken. */
  ack(stream: number, seq: number): void {
    this.#acks.set(stream, seq)
  }

  #connect(): void {
    const url = new URL(`${WALL_PATH}?session=${this.session}`, this.at)
    url.protocol = url.protocol.replace('http', 'ws')
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    this.#socket = socket
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.#heard(data)
    socket.onopen = () => {
      this.#acks.clear()
      if (this.#hidden) this.#say({ hidden: true })
      clearInterval(this.#acking)
      this.#acking = setInterval(() => this.#acknowledge(), ACK_EVERY_MS)
    }
    socket.onclose = ({ code, reason }) => this.#closed(socket, code, reason)
  }

  #heard(data: string | ArrayBuffer): void {
    if (typeof data === 'string') return this.#told(JSON.parse(data) as Heard)
    try {
      this.listener.frame(readHeader(data), new Uint8Array(data, 28))
    } catch (error) {
      // A server that is newer than the page: what it sends beside is overlooked.
      if (!(error instanceof Unreadable)) throw error
    }
  }

  #told(heard: Heard): void {
    if (heard.streams !== undefined) {
      this.#tries = 0
      this.listener.state('live', null)
      this.listener.streams(heard.streams)
    } else if (heard.ended !== undefined) {
      this.#wanted.delete(heard.ended)
      this.listener.ended(heard.ended, heard.code ?? '')
    } else if (heard.refused !== undefined) {
      this.#wanted.delete(heard.refused)
      this.listener.refused(heard.refused, heard.code ?? '', heard.retry_ms ?? null)
    } else if (heard.lowered !== undefined) {
      this.listener.lowered(heard.lowered, heard.layer ?? 0)
    }
  }

  #closed(socket: WebSocket, code: number, reason: string): void {
    if (this.#left || socket !== this.#socket) return
    clearInterval(this.#acking)
    this.#wanted.clear()
    this.#unwanted.clear()
    this.#socket = null
    if (NOT_BACK.has(code)) return this.listener.state('ended', reason || String(code))
    this.listener.state('broken', reason || null)
    const last = BACK_AFTER_MS.length - 1
    const after = code === TOO_FAST ? TOO_FAST_MS : (BACK_AFTER_MS[Math.min(this.#tries, last)] ?? 0)
    this.#tries += 1
    this.#later = setTimeout(() => this.#connect(), after * (1 + Math.random() / 5))
  }

  #sendSoon(): void {
    if (this.#soon) return
    this.#soon = true
    queueMicrotask(() => {
      this.#soon = false
      const said: Record<string, unknown> = {}
      if (this.#unwanted.size > 0) said['unsubscribe'] = [...this.#unwanted]
      if (this.#wanted.size > 0) said['subscribe'] = [...this.#wanted.values()]
      if (Object.keys(said).length === 0 || !this.#say(said)) return
      this.#unwanted.clear()
      this.#wanted.clear()
    })
  }

  #acknowledge(): void {
    if (this.#acks.size === 0) return
    if (this.#say({ ack: Object.fromEntries(this.#acks) })) this.#acks.clear()
  }

  /** False when there is no line to say it on. */
  #say(message: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(JSON.stringify(message))
    return true
  }
}
