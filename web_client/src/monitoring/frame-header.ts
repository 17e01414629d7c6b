/** The bytes before each picture on the wall's socket; docs/protocol.md, A picture. */
export const HEADER_BYTES = 28

const VERSION = 1
const MOST_LAYER = 2
const CODECS = ['vp8', 'h264', 'opus'] as const

export type Codec = (typeof CODECS)[number]

export interface FrameHeader {
  key: boolean
  layer: number
  codec: Codec
  stream: number
  epoch: number
  /** Number of the frame within its epoch; gaps are normal. */
  seq: number
  mediaUs: number
  /** Server time modulo 2³², when the frame arrived there. */
  serverMs: number
}

/** A message that this version cannot read. */
export class Unreadable extends Error {}

/** Read the header of a message. Raises Unreadable. */
export function readHeader(message: ArrayBuffer): FrameHeader {
  if (message.byteLength < HEADER_BYTES) throw new Unreadable('shorter than a header')
  const bytes = new DataView(message)
  const flags = bytes.getUint8(1)
  const codec = CODECS[bytes.getUint8(2) - 1]
  if (bytes.getUint8(0) !== VERSION) throw new Unreadable('version')
  if (flags >> 1 > MOST_LAYER) throw new Unreadable('flags')
  if (codec === undefined) throw new Unreadable('codec')
  return {
    key: (flags & 1) === 1,
    layer: flags >> 1,
    codec,
    stream: bytes.getUint32(4),
    epoch: bytes.getUint32(8),
    seq: bytes.getUint32(12),
    mediaUs: Number(bytes.getBigUint64(16)),
    serverMs: bytes.getUint32(24),
  }
}

/** How long ago that was, in milliseconds; `now` is server time. */
export function ageOf(serverMs: number, now: number): number {
  const age = (Math.round(now) - serverMs) % 2 ** 32
  const wrapped = age < 0 ? age + 2 ** 32 : age
  // A clock that runs a little behind makes it seem to lie in the future.
  return wrapped > 2 ** 31 ? 0 : wrapped
}
