import { describe, expect, it } from 'vitest'
import vectors from '../../../tests/wire/vectors.json'
import { Decoder, Encoder } from '@/protocol/msgpack'
import { fromHex, hex } from '@/protocol/ids'

function read(bytes: Uint8Array): unknown {
  const found: unknown[] = []
  const decoder = new Decoder()
  decoder.on('decoded', (packet: unknown) => found.push(packet))
  decoder.add(bytes)
  return found[0]
}

/** The vectors are whole frames of a WebSocket, as the server writes them: two bytes of head below 126. */
const payload = (frame: string): Uint8Array => fromHex(frame).subarray(frame.startsWith('827e') ? 4 : 2)

describe('a packet of the server', () => {
  it.each(Object.entries(vectors))('%s is read, and written again as the same', (_name, text) => {
    const packet = read(payload(text)) as { type: number; nsp: string }
    expect(packet.nsp).toBe('/session')
    const again = read(new Encoder().encode(packet)[0]!)
    expect(again).toEqual(packet)
  })

  it('says what the server meant', () => {
    const changes = [['set', ['phase'], 'review'], ['append', ['minutes'], { at: 5 }]]
    expect((read(payload(vectors.changes)) as { data: unknown[] }).data).toEqual(['changes', [changes, []]])
    const mark = read(payload(vectors.mark)) as { data: [string, { token: Uint8Array; at: number }] }
    expect(mark.data[1].token).toBeInstanceOf(Uint8Array)
    expect(hex(mark.data[1].token)).toBe('01ff')
    expect(mark.data[1].at).toBe(1772323200000)
  })

  it('is no packet when it is anything else', () => {
    const bad = [{ type: 9, nsp: '/session' }, { type: 2 }, { nsp: '/session' }, null, 7]
    for (const one of bad) expect(() => read(new Encoder().encode(one)[0]!)).toThrow('not a packet')
  })
})

describe('a packet to the server', () => {
  it('leaves out what is undefined, and brings an id as bytes', () => {
    const bytes = new Encoder().encode({ type: 2, nsp: '/session', data: ['command', { id: fromHex('00ff'), seen: undefined }] })[0]!
    expect(hex(bytes)).toContain('c40200ff')
    expect(hex(bytes)).not.toContain(hex(new TextEncoder().encode('seen')))
  })
})
