import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FrameHeader } from '@/monitoring/frame-header'
import { TileDecoder } from '@/monitoring/tile-decoder'

class Decoder {
  static made: Decoder[] = []
  decodeQueueSize = 0
  state = 'configured'
  taken: string[] = []
  constructor(readonly how: { error: () => void }) {
    Decoder.made.push(this)
  }

  configure = vi.fn()
  close(): void {
    this.state = 'closed'
  }

  decode(chunk: { type: string; timestamp: number }): void {
    this.taken.push(`${chunk.type}${chunk.timestamp}`)
  }
}

beforeEach(() => {
  Decoder.made = []
  vi.stubGlobal('VideoDecoder', Decoder)
  vi.stubGlobal('EncodedVideoChunk', class { constructor(readonly init: object) { Object.assign(this, init) } })
})
afterEach(() => vi.unstubAllGlobals())

const header = (seq: number, more: Partial<FrameHeader> = {}): FrameHeader => ({
  key: false, layer: 0, codec: 'vp8', stream: 1, epoch: 1, seq, mediaUs: 0, serverMs: 0, ...more,
})
const data = new Uint8Array(4)

describe('a tile', () => {
  it('begins at a key frame', () => {
    const tile = new TileDecoder({ picture: vi.fn(), stuck: vi.fn() })
    tile.take(header(1), data)
    tile.take(header(2, { key: true }), data)
    tile.take(header(3), data)
    expect(Decoder.made[0]!.taken).toEqual(['key2', 'delta3'])
  })

  it('begins with a new decoder when the source is published anew', () => {
    const tile = new TileDecoder({ picture: vi.fn(), stuck: vi.fn() })
    tile.take(header(7, { key: true }), data)
    tile.take(header(0, { key: true, epoch: 2, codec: 'h264' }), data)
    expect(Decoder.made.map((one) => one.state)).toEqual(['closed', 'configured'])
    expect(Decoder.made[1]!.configure).toHaveBeenCalledWith(expect.objectContaining({ codec: 'avc1.42E01F' }))
  })

  it('asks to begin anew when this machine cannot follow, or cannot read', () => {
    const stuck = vi.fn()
    const tile = new TileDecoder({ picture: vi.fn(), stuck })
    tile.take(header(1, { key: true }), data)
    Decoder.made[0]!.decodeQueueSize = 31
    tile.take(header(2), data)
    tile.take(header(3, { key: true }), data)
    Decoder.made[1]!.how.error()
    expect(stuck).toHaveBeenCalledTimes(2)
  })
})
