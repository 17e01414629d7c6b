// What is quieter than this is a silent room.
const FLOOR_DB = -60

/** An amplitude (0 to 1) as people hear it: 0 is silence, 1 as loud as it can be. */
export function heard(amplitude: number): number {
  if (amplitude <= 0) return 0
  return Math.min(1, Math.max(0, 1 - (20 * Math.log10(amplitude)) / FLOOR_DB))
}

/** How loud a stream is, asked as often as one likes. */
export class Loudness {
  #context = new AudioContext()
  #analyser = this.#context.createAnalyser()
  #samples = new Float32Array(this.#analyser.fftSize)

  constructor(stream: MediaStream) {
    this.#context.createMediaStreamSource(stream).connect(this.#analyser)
    void this.#context.resume()
  }

  /** 0 to 1. */
  level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples)
    const sum = this.#samples.reduce((total, sample) => total + sample * sample, 0)
    return heard(Math.sqrt(sum / this.#samples.length))
  }

  close(): void {
    void this.#context.close()
  }
}
