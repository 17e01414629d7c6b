import { io, type Socket } from 'socket.io-client'
import { apply, Diverged, type Change } from './apply'
import { ServerClock } from './clock'
import { call } from './http'
import { Errands } from './errands'
import { LIMITS, PROTOCOL, type ByeCode } from './generated/names'
import type { Bye } from './generated/messages'
import type { CommandName, Commands } from './generated/session'
import * as parser from './msgpack'
import { Refusal } from './refusal'
import type { Audience, View } from './view'

export type Presence = Record<string, 'online' | 'away' | 'unknown'>

/** `ended`: nobody is let in again by himself, and `code` says why. */
export type LineState = 'joining' | 'live' | 'broken' | 'ended'

/** Whoever keeps what the line brings. Each is called when something is different, and not before. */
export interface Listener {
  state(state: LineState, refusal: Refusal | null): void
  view(view: View, audience: Audience): void
  presence(presence: Presence): void
  ephemeral?(message: Record<string, unknown>): void
}

type Token = Uint8Array | string

const SILENCE_MS = 2 * LIMITS.mark_seconds * 1000 + 1000
const REFETCH: ReadonlySet<string> = new Set(['stale_token', 'token_invalid'])
const RETRIED: ReadonlySet<string> = new Set(['storage_unavailable', 'internal', 'unreachable'])
const RETRY_MS = 2000

/** One session, held in step with the server: joined, broken, resumed, until it is left. */
export class Connection {
  readonly clock = new ServerClock()
  #socket: Socket | null = null
  #audience: Audience | null = null
  #view: View | null = null
  /** The newest token, and the view of that very moment, from which a return goes on. */
  #kept: { token: Token; view: View } | null = null
  #caughtUp = false
  #left = false
  #errands = new Errands()
  #heardAt = 0
  #watch: ReturnType<typeof setInterval> | undefined
  #later: ReturnType<typeof setTimeout> | undefined

  constructor(
    readonly session: string,
    private readonly listener: Listener,
    private readonly url: string = '/session',
  ) {}

  /** Fetch the view and join. Whatever comes of it is told to the listener. */
  async open(): Promise<void> {
    this.#state('joining', null)
    await this.#fetch()
  }

  /** Leave for good. What has no answer yet is refused as `left`. */
  close(): void {
    this.#left = true
    clearTimeout(this.#later)
    clearInterval(this.#watch)
    this.#socket?.disconnect()
    this.#errands.dismiss(new Refusal('left'))
  }

  /**
   * Give a command; its receipt when it is on disk. With a broken line it waits for the next one
   * under the same id. Raises Refusal.
   */
  give<Name extends CommandName>(
    name: Name,
    args: Commands[Name],
    how: { id?: Uint8Array; seen?: number } = {},
  ): Promise<Record<string, unknown> | undefined> {
    return this.#errands.run(name, args, how)
  }

  /** Say something that may be lost. */
  mention(message: Record<string, unknown>): void {
    if (this.#caughtUp) this.#socket?.volatile.emit('ephemeral', message)
  }

  async #fetch(): Promise<void> {
    try {
      const found = await call('view_session', { path: { id: this.session } })
      if (this.#left) return
      this.#audience = found.audience as unknown as Audience
      this.#show(found.view as unknown as View)
      this.#kept = { token: found.token, view: this.#view as View }
      this.#join()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.#refused(error)
    }
  }

  #join(): void {
    if (this.#socket !== null) {
      this.#socket.connect()
      return
    }
    const socket = io(this.url, {
      parser,
      transports: ['websocket'],
      reconnectionDelay: 200,
      reconnectionDelayMax: 1000,
      randomizationFactor: 0.2,
      timeout: LIMITS.join_seconds * 1000,
      forceNew: true,
      // A function, so that each return brings the newest token.
      auth: (send) =>
        send({ protocol: PROTOCOL, session: this.session, token: this.#kept?.token ?? '' }),
    })
    this.#socket = socket
    this.#listen(socket)
    this.#watch = setInterval(() => this.#cutIfSilent(), 1000)
  }

  #listen(socket: Socket): void {
    socket.on('connect', () => this.#joined())
    socket.on('connect_error', (error: Error & { data?: { code: string; retry_ms?: number } }) =>
      this.#notJoined(error.data),
    )
    socket.on('disconnect', () => this.#broke())
    socket.on('changes', (events: Change[][]) => this.#changed(events))
    socket.on('mark', (mark: { token: Uint8Array; at: number }) => this.#marked(mark))
    socket.on('presence', (presence: Presence) => this.#present(presence))
    socket.on('ephemeral', (message: Record<string, unknown>) => this.listener.ephemeral?.(message))
    socket.on('bye', (bye: Bye) => this.#sentAway(bye))
  }

  /** From here the server tells everything since the kept token, so it begins with that view. */
  #joined(): void {
    this.#caughtUp = false
    this.#heardAt = Date.now()
    if (this.#kept !== null) this.#view = this.#kept.view
  }

  #changed(events: Change[][]): void {
    this.#heardAt = Date.now()
    const changes = events.flat()
    if (changes.some(([op]) => op === 'refetch')) return this.#anew()
    try {
      this.#view = apply(this.#view as View, changes)
    } catch (error) {
      if (!(error instanceof Diverged)) throw error
      return this.#anew()
    }
    // While it catches up nobody is shown a past that he has already seen pass.
    if (this.#caughtUp) this.#show(this.#view)
  }

  #marked(mark: { token: Uint8Array; at: number }): void {
    this.#heardAt = Date.now()
    this.clock.heard(mark.at)
    if (this.#view !== null) this.#kept = { token: mark.token, view: this.#view }
  }

  /** After a join presence is the last word about what was missed. */
  #present(presence: Presence): void {
    this.#heardAt = Date.now()
    if (!this.#caughtUp) {
      this.#caughtUp = true
      this.#show(this.#view as View)
      this.#state('live', null)
      this.#errands.send((message, answer) => this.#socket?.emit('command', message, answer))
    }
    this.listener.presence(presence)
  }

  #broke(): void {
    this.#caughtUp = false
    this.#errands.hold()
    if (!this.#left && this.#state_ !== 'ended') this.#state('broken', null)
  }

  #notJoined(data: { code: string; retry_ms?: number } | undefined): void {
    if (this.#left) return
    // Nobody answered at all: the library tries again by itself.
    if (data === undefined) return this.#state('broken', null)
    if (REFETCH.has(data.code)) return this.#anew()
    this.#refused(new Refusal(data.code, {}, data.retry_ms ?? null))
  }

  #sentAway(bye: Bye): void {
    if (!bye.come_back) return this.#end(new Refusal(bye.code))
    if ((bye.code as ByeCode) === 'audience_changed') return this.#anew()
    this.#again(bye.retry_ms ?? 0)
  }

  /** Drop what is known and fetch it; not everybody of a session in the same instant. */
  #anew(): void {
    this.#socket?.disconnect()
    this.#state('broken', null)
    clearTimeout(this.#later)
    this.#later = setTimeout(() => void this.#fetch(), Math.random() * LIMITS.refetch_jitter_ms)
  }

  #again(after: number): void {
    this.#socket?.disconnect()
    this.#state('broken', null)
    clearTimeout(this.#later)
    const act = () => (this.#kept === null ? void this.#fetch() : this.#join())
    this.#later = setTimeout(act, after * (1 + Math.random() / 5))
  }

  #refused(refusal: Refusal): void {
    if (refusal.retryMs !== null) this.#again(refusal.retryMs)
    else if (RETRIED.has(refusal.code)) this.#again(RETRY_MS)
    else this.#end(refusal)
  }

  #end(refusal: Refusal): void {
    this.#state('ended', refusal)
    this.#socket?.disconnect()
    clearInterval(this.#watch)
    this.#errands.dismiss(refusal)
  }

  /** Two marks that did not come mean a dead line, whatever the system says of it. */
  #cutIfSilent(): void {
    if (this.#socket?.connected && Date.now() - this.#heardAt > SILENCE_MS)
      this.#socket.io.engine.close()
  }

  #show(view: View): void {
    this.#view = view
    this.listener.view(view, this.#audience as Audience)
  }

  #state_: LineState = 'joining'

  #state(state: LineState, refusal: Refusal | null): void {
    this.#state_ = state
    this.listener.state(state, refusal)
  }
}
