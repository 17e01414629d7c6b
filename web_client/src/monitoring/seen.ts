import { LastingConnection } from './lasting-connection'
import type { Picture } from './picture'

/** A picture by WHEP: the browser receives and decodes it by itself. */
export class Seen {
  #line: LastingConnection
  #counting: ReturnType<typeof setInterval> | undefined

  constructor(
    session: string,
    private readonly picture: Picture,
    now: () => number,
  ) {
    this.#line = new LastingConnection('subscribe', session, picture.source, (connection) => this.#prepare(connection), {
      state: (state, code) => {
        if (state === 'broken') picture.lose('lost', code, now())
        if (state === 'refused') picture.lose('refused', code, now())
      },
    })
  }

  begin(): void {
    this.#line.begin()
    this.#counting = setInterval(() => this.picture.count(null), 1000)
  }

  end(): void {
    clearInterval(this.#counting)
    this.#line.end()
  }

  #prepare(connection: RTCPeerConnection): void {
    connection.addTransceiver('video', { direction: 'recvonly' })
    connection.addEventListener('track', ({ track }) => this.picture.play(new MediaStream([track])))
  }
}
