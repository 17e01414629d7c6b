import type { Codec, FrameHeader } from './frame-header'

// More than two seconds of pictures wait: this machine has too much to look at.
const MOST_WAITING = 30

const CONFIGURED: Partial<Record<Codec, string>> = { vp8: 'vp8', h264: 'avc1.42E01F' }

/** Whether this browser decodes pictures itself; otherwise they come by WHEP. */
export const decodes = (): boolean => typeof globalThis.VideoDecoder === 'function'

export interface Shown {
  /** A picture, to be closed by whoever takes it. */
  picture(frame: VideoFrame, seq: number): void
  /** It cannot go on: the stream has to begin anew, at a key frame. */
  stuck(): void
}

/** Turns the frames of one stream into pictures; begins at a key frame, and anew at each epoch. */
export class TileDecoder {
  #decoder: VideoDecoder | null = null
  #codec: Codec | null = null
  #epoch = -1
  #waits = true

  constructor(private readonly shown: Shown) {}

  take(header: FrameHeader, data: Uint8Array<ArrayBuffer>): void {
    if (header.epoch !== this.#epoch || header.codec !== this.#codec) this.#begin(header)
    if (this.#waits && !header.key) return
    const decoder = this.#decoder
    if (decoder === null) return
    if (decoder.decodeQueueSize > MOST_WAITING) return this.#stuck()
    this.#waits = false
    const type = header.key ? 'key' : 'delta'
    // The number of the frame travels through the decoder in the place of its time.
    decoder.decode(new EncodedVideoChunk({ type, timestamp: header.seq, data }))
  }

  /** Wait for the next key frame. */
  rest(): void {
    this.close()
    this.#epoch = -1
  }

  close(): void {
    if (this.#decoder !== null && this.#decoder.state !== 'closed') this.#decoder.close()
    this.#decoder = null
    this.#waits = true
  }

  #begin(header: FrameHeader): void {
    this.close()
    this.#epoch = header.epoch
    this.#codec = header.codec
    const codec = CONFIGURED[header.codec]
    if (codec === undefined) return
    const decoder = new VideoDecoder({
      output: (frame) => this.shown.picture(frame, frame.timestamp),
      error: () => this.#stuck(),
    })
    decoder.configure({ codec, optimizeForLatency: true })
    this.#decoder = decoder
  }

  #stuck(): void {
    this.rest()
    this.shown.stuck()
  }
}
