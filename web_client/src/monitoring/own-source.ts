import { shallowReactive, shallowRef, type ShallowRef } from 'vue'
import { NotCaptured } from './capture'
import { LastingConnection, type MediaState } from './lasting-connection'

/** `unplugged`: a device is gone and is waited for; `not_captured`: there is none, or no permission. */
export type OwnState = 'off' | 'asking' | MediaState | 'unplugged' | 'not_captured'

export interface OwnStatus {
  state: OwnState
  /** Why: a fault of capturing, or the code of a refusal. */
  code: string | null
  /** The microphone says nothing. */
  muted: boolean
}

export interface Told {
  /** A device has been pulled out, or (`over`) is there again. */
  unplugged?(over: boolean): void
  /** Nothing is published any more, by the person's own act (the browser's bar of a shared screen). */
  ended?(): void
}

const CAMERA: RTCRtpEncodingParameters = { maxBitrate: 450_000, maxFramerate: 15 }
const SCREEN: RTCRtpEncodingParameters = { maxBitrate: 600_000, maxFramerate: 5 }
const SOUND: RTCRtpEncodingParameters = { maxBitrate: 32_000 }
// Three temporal layers: a wall of many tiles is sent fewer pictures without encoding anew.
const LAYERED = { scalabilityMode: 'L1T3' }

/** Something this browser shows or says: captured, published, built anew when it is lost. */
export class OwnSource {
  readonly status: OwnStatus = shallowReactive({ state: 'off', code: null, muted: false })
  /** What is captured, for a preview. */
  readonly stream: ShallowRef<MediaStream | null> = shallowRef(null)
  #line: LastingConnection
  #kinds = 0
  #unplugged = false

  /** `capture` may ask a person; `lasting` is what comes back by itself, unlike a shared screen. */
  constructor(
    session: string,
    readonly source: string,
    private readonly capture: () => Promise<MediaStream>,
    private readonly told: Told = {},
    private readonly lasting = true,
  ) {
    this.#line = new LastingConnection('publish', session, source, (connection) => this.#fill(connection), {
      state: (state, code) => this.#stood(state, code),
    })
  }

  async begin(): Promise<void> {
    if (this.stream.value !== null) return
    this.#say('asking', null)
    navigator.mediaDevices?.addEventListener('devicechange', this.#plugged)
    await this.#take()
  }

  end(): void {
    navigator.mediaDevices?.removeEventListener('devicechange', this.#plugged)
    this.#release()
    this.#unplugged = false
    this.#kinds = 0
    this.#say('off', null)
  }

  /** Say nothing, without anybody noticing more than silence. */
  mute(muted: boolean): void {
    this.status.muted = muted
    for (const track of this.stream.value?.getAudioTracks() ?? []) track.enabled = !muted
  }

  /** Capture again, from other devices. */
  async again(): Promise<void> {
    this.#release()
    await this.#take()
  }

  async #take(): Promise<void> {
    try {
      const stream = await this.capture()
      for (const track of stream.getTracks()) track.addEventListener('ended', this.#gone)
      this.stream.value = stream
      this.mute(this.status.muted)
      this.#counted(stream.getTracks().length)
      this.#line.begin()
    } catch (error) {
      if (!(error instanceof NotCaptured)) throw error
      const waits = this.#unplugged && error.fault === 'missing'
      this.#say(waits ? 'unplugged' : 'not_captured', error.fault)
    }
  }

  #counted(kinds: number): void {
    if (this.#unplugged && kinds >= this.#kinds) {
      this.#unplugged = false
      this.told.unplugged?.(true)
    }
    this.#kinds = Math.max(this.#kinds, kinds)
  }

  /** A device was pulled out, or the person has stopped sharing. */
  #gone = (): void => {
    this.#release()
    if (!this.lasting) {
      this.#say('off', 'ended')
      this.told.ended?.()
      return
    }
    this.#say('unplugged', null)
    if (!this.#unplugged) this.told.unplugged?.(false)
    this.#unplugged = true
    // Another one of its kind may be there.
    void this.#take()
  }

  #plugged = (): void => {
    const waits = this.#unplugged || (this.lasting && this.status.code === 'missing')
    if (waits) void this.again()
  }

  #release(): void {
    this.#line.end()
    for (const track of this.stream.value?.getTracks() ?? []) {
      track.removeEventListener('ended', this.#gone)
      track.stop()
    }
    this.stream.value = null
  }

  #fill(connection: RTCPeerConnection): void {
    for (const track of this.stream.value?.getTracks() ?? []) {
      if (track.kind === 'audio') send(connection, track, SOUND)
      else if (track.contentHint === 'detail') send(connection, track, SCREEN)
      else sendLayered(connection, track)
    }
  }

  #stood(state: MediaState, code: string | null): void {
    if (state !== 'idle') this.#say(state, code)
  }

  #say(state: OwnState, code: string | null): void {
    Object.assign(this.status, { state, code })
  }
}

function send(connection: RTCPeerConnection, track: MediaStreamTrack, how: RTCRtpEncodingParameters): void {
  const sender = connection.addTransceiver(track, { direction: 'sendonly', sendEncodings: [how] })
  if (track.kind === 'video') sender.setCodecPreferences(preferred())
}

function sendLayered(connection: RTCPeerConnection, track: MediaStreamTrack): void {
  try {
    send(connection, track, { ...CAMERA, ...LAYERED })
  } catch {
    // A browser without layers for this codec.
    send(connection, track, CAMERA)
  }
}

/** VP8 first: its pictures come in layers, and any browser shows them. */
function preferred(): RTCRtpCodec[] {
  const codecs = RTCRtpSender.getCapabilities('video')?.codecs ?? []
  const first = (codec: RTCRtpCodec): boolean => codec.mimeType.toLowerCase() === 'video/vp8'
  return [...codecs.filter(first), ...codecs.filter((codec) => !first(codec))]
}
