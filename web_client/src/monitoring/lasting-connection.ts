import { Refusal } from '@/protocol/refusal'
import { end, negotiate, relays } from './signalling'

/** `refused`: the rules say no, and `code` which; it is not tried again by itself. */
export type MediaState = 'idle' | 'connecting' | 'live' | 'broken' | 'refused'

export interface MediaListener {
  state(state: MediaState, code: string | null): void
}

const BACK_AFTER_MS = [500, 1000, 2000, 4000, 8000, 15_000] as const
// A network that hiccups mends its connection by itself; after this it is built anew.
const PATIENCE_MS = 4000
// What passes: nothing is published there yet, the node restarts, the seat is not taken yet.
const PASSES: ReadonlySet<string> = new Set([
  'unreachable', 'busy', 'unavailable', 'restart', 'connection_lost', 'not_live', 'not_checked_in',
  'timeout', 'storage_unavailable', 'ledger_unavailable', 'internal',
])

/** A connection that is built anew whenever it is lost, until it is ended. */
export class LastingConnection {
  #connection: RTCPeerConnection | null = null
  #place: string | null = null
  #tries = 0
  #wanted = false
  #turn = 0
  #later: ReturnType<typeof setTimeout> | undefined

  /** `prepare` fills a fresh connection with its tracks. */
  constructor(
    private readonly what: 'publish' | 'subscribe',
    readonly session: string,
    readonly source: string,
    private readonly prepare: (connection: RTCPeerConnection) => void,
    private readonly listener: MediaListener,
  ) {}

  get connection(): RTCPeerConnection | null {
    return this.#connection
  }

  begin(): void {
    this.#wanted = true
    this.#tries = 0
    void this.#connect()
  }

  end(): void {
    this.#wanted = false
    this.#drop()
    this.listener.state('idle', null)
  }

  async #connect(): Promise<void> {
    this.#drop()
    this.listener.state('connecting', null)
    const turn = (this.#turn += 1)
    const iceServers = await relays()
    if (!this.#wanted || turn !== this.#turn) return
    const connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle', iceServers })
    this.#connection = connection
    connection.addEventListener('connectionstatechange', () => this.#changed(connection))
    try {
      this.prepare(connection)
      const place = await negotiate(connection, this.what, this.session, this.source)
      if (connection === this.#connection) this.#place = place
      else void end(place)
    } catch (error) {
      if (connection === this.#connection) this.#failed(error)
    }
  }

  #failed(error: unknown): void {
    const refusal = error instanceof Refusal ? error : new Refusal('connection_lost')
    if (PASSES.has(refusal.code) || refusal.retryMs !== null) this.#again(refusal.code, refusal.retryMs)
    else {
      this.#drop()
      this.listener.state('refused', refusal.code)
    }
  }

  #changed(connection: RTCPeerConnection): void {
    if (connection !== this.#connection || !this.#wanted) return
    clearTimeout(this.#later)
    switch (connection.connectionState) {
      case 'connected':
        this.#tries = 0
        return this.listener.state('live', null)
      case 'disconnected':
        this.#later = setTimeout(() => this.#again('connection_lost', null), PATIENCE_MS)
        return
      case 'failed':
      case 'closed':
        return this.#again('connection_lost', null)
    }
  }

  #again(code: string, after: number | null): void {
    this.#drop()
    this.listener.state('broken', code)
    const wait = after ?? BACK_AFTER_MS[Math.min(this.#tries, BACK_AFTER_MS.length - 1)] ?? 0
    this.#tries += 1
    this.#later = setTimeout(() => void this.#connect(), wait * (1 + Math.random() / 5))
  }

  #drop(): void {
    clearTimeout(this.#later)
    this.#turn += 1
    const [connection, place] = [this.#connection, this.#place]
    this.#connection = this.#place = null
    // First the word, then the line: what a closed line has ended already cannot be ended in so many words.
    if (place === null) connection?.close()
    else void end(place).then(() => connection?.close())
  }
}
