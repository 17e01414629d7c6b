import { shallowReactive } from 'vue'
import { LastingConnection, type MediaState } from './lasting-connection'
import { heard } from './loudness'

/** The talk of a session has so many places: the three who have the floor are heard. */
const PLACES = 3
const TALK = 'talk'

export interface HearingStatus {
  source: string | null
  state: MediaState
  code: string | null
  /** How loud it is, 0 to 1. */
  level: number
  /** The browser plays no sound before somebody has clicked: `allow` is that click. */
  blocked: boolean
}

/** One thing that is listened to: a microphone, or the talk of the session. */
export class Hearing {
  readonly status: HearingStatus = shallowReactive({
    source: null, state: 'idle', code: null, level: 0, blocked: false,
  })
  #line: LastingConnection | null = null
  #players: HTMLAudioElement[] = []
  #measuring: ReturnType<typeof setInterval> | undefined

  constructor(private readonly session: string) {}

  /** Listen to a microphone, or to `talk`, instead of whatever was listened to. */
  listen(source: string): void {
    if (this.status.source === source && this.status.state !== 'refused') return
    this.stop()
    this.status.source = source
    this.#line = new LastingConnection(
      'subscribe', this.session, source,
      (connection) => this.#prepare(connection, source === TALK ? PLACES : 1),
      { state: (state, code) => Object.assign(this.status, { state, code }) },
    )
    this.#line.begin()
    this.#measuring = setInterval(() => void this.#measure(), 200)
  }

  talk(): void {
    this.listen(TALK)
  }

  stop(): void {
    clearInterval(this.#measuring)
    this.#line?.end()
    this.#line = null
    this.#silence()
    Object.assign(this.status, { source: null, state: 'idle', code: null, level: 0, blocked: false })
  }

  /** To be called in a click, when the browser has blocked the sound. */
  allow(): void {
    this.status.blocked = false
    for (const player of this.#players) this.#play(player)
  }

  #prepare(connection: RTCPeerConnection, places: number): void {
    this.#silence()
    for (let place = 0; place < places; place += 1)
      connection.addTransceiver('audio', { direction: 'recvonly' })
    connection.addEventListener('track', ({ track }) => {
      const player = new Audio()
      player.srcObject = new MediaStream([track])
      this.#players.push(player)
      this.#play(player)
    })
  }

  #play(player: HTMLAudioElement): void {
    player.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.status.blocked = true
    })
  }

  /** Of what is played: the sources of a receiver do not tell it in every browser. */
  async #measure(): Promise<void> {
    const receivers = this.#line?.connection?.getReceivers() ?? []
    const reports = await Promise.all(receivers.map((one) => one.getStats()))
    const levels = reports.flatMap((report) => [...report.values()].map(amplitude))
    const level = this.status.source === null ? 0 : heard(Math.max(0, ...levels))
    // Steps that somebody sees; each change is drawn.
    this.status.level = Math.round(level * 20) / 20
  }

  #silence(): void {
    for (const player of this.#players) player.srcObject = null
    this.#players = []
  }
}

function amplitude(one: { type?: string; audioLevel?: number }): number {
  return one.type === 'inbound-rtp' ? (one.audioLevel ?? 0) : 0
}
