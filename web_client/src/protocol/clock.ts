// Enough marks for one of them to have come without delay.
const REMEMBERED = 12

/** Server time, told from what the server says it is; delays only make a saying older, never newer. */
export class ServerClock {
  #offsets: number[] = []

  constructor(private readonly local: () => number = steady) {}

  /** The server said, just now, that it is `at`. */
  heard(at: number): void {
    this.#offsets.push(at - this.local())
    if (this.#offsets.length > REMEMBERED) this.#offsets.shift()
  }

  /** Whether anything was heard; before that the computer's own clock is shown. */
  get known(): boolean {
    return this.#offsets.length > 0
  }

  /** Milliseconds of server time. */
  now(): number {
    return this.local() + (this.known ? Math.max(...this.#offsets) : 0)
  }
}

/** A clock that nobody sets while the page is open. */
function steady(): number {
  return performance.timeOrigin + performance.now()
}
