import { LastingConnection } from './lasting-connection'
import type { Picture } from './picture'

/** A picture by WHEP: the browser's own player decodes it, the canvas shows what it plays. */
export class Seen {
  #video = document.createElement('video')
  #line: LastingConnection
  #frame = 0
  #counting: ReturnType<typeof setInterval> | undefined

  constructor(
    session: string,
    private readonly picture: Picture,
    now: () => number,
  ) {
    this.#video.muted = this.#video.playsInline = true
    this.#line = new LastingConnection('subscribe', session, picture.source, (connection) => this.#prepare(connection), {
      state: (state, code) => {
        if (state === 'broken') picture.lose('lost', code, now())
        if (state === 'refused') picture.lose('refused', code, now())
      },
    })
  }

  begin(): void {
    this.#line.begin()
    this.#counting = setInterval(() => this.picture.count(), 1000)
    let last = -1
    const turn = (): void => {
      const { videoWidth, videoHeight, currentTime } = this.#video
      if (videoWidth > 0 && currentTime !== last) this.picture.paint(this.#video, videoWidth, videoHeight)
      last = currentTime
      this.#frame = requestAnimationFrame(turn)
    }
    this.#frame = requestAnimationFrame(turn)
  }

  end(): void {
    cancelAnimationFrame(this.#frame)
    clearInterval(this.#counting)
    this.#line.end()
    this.#video.srcObject = null
  }

  #prepare(connection: RTCPeerConnection): void {
    connection.addTransceiver('video', { direction: 'recvonly' })
    connection.addEventListener('track', ({ track }) => {
      this.#video.srcObject = new MediaStream([track])
      // Without sound a browser lets it play by itself.
      this.#video.play().catch(() => undefined)
    })
  }
}
