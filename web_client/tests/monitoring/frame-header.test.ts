import { describe, expect, it } from 'vitest'
import { ageOf, HEADER_BYTES, readHeader, Unreadable } from '@/monitoring/frame-header'

// The same bytes as in the server's own test of them.
const SAID = '01030200 00000007 00000002 00000003 00000000 000f4240 00000005'

function bytes(hex: string): ArrayBuffer {
  return Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer
}

describe('the bytes before a picture', () => {
  it('say what the server has written', () => {
    expect(readHeader(bytes(SAID))).toEqual({
      key: true, layer: 1, codec: 'h264', stream: 7, epoch: 2, seq: 3, mediaUs: 1_000_000, serverMs: 5,
    })
    expect(bytes(SAID).byteLength).toBe(HEADER_BYTES)
  })

  it.each([
    ['nothing at all', ''],
    ['another version', SAID.replace('01', '00')],
    ['a layer that there is not', SAID.replace('0103', '0106')],
    ['a flag that means nothing yet', SAID.replace('0103', '0108')],
    ['an unknown codec', SAID.replace('010302', '010309')],
  ])('are refused when they are %s', (_what, hex) => {
    expect(() => readHeader(bytes(hex))).toThrow(Unreadable)
  })
})

describe('the age of a picture', () => {
  it('is told across the turn of the counter', () => {
    expect(ageOf(2 ** 32 - 10, 5 * 2 ** 32 + 30)).toBe(40)
  })

  it('is nothing when this clock is a little behind', () => {
    expect(ageOf(1005, 3 * 2 ** 32 + 1000)).toBe(0)
  })
})
