import { decode, Encoder as Msgpack } from '@msgpack/msgpack'
import { Emitter } from '@socket.io/component-emitter'

// What is undefined is left out: the server reads strictly and knows no undefined.
const msgpack = new Msgpack({ ignoreUndefined: true })

/** Socket.IO packets as MessagePack maps, as docs/protocol.md has them: `Uint8Array` crosses as bytes. */
export class Encoder {
  encode(packet: unknown): Uint8Array[] {
    return [msgpack.encode(packet)]
  }
}

interface Heard {
  decoded: (packet: unknown) => void
}

export class Decoder extends Emitter<Heard, Heard> {
  add(bytes: Uint8Array | ArrayBuffer): void {
    const packet = decode(bytes) as { type?: unknown; nsp?: unknown } | null
    const type = packet?.type
    if (typeof type !== 'number' || type < 0 || type > 4 || typeof packet?.nsp !== 'string')
      throw new Error('not a packet')
    this.emit('decoded', packet)
  }

  destroy(): void {
    this.removeAllListeners()
  }
}
