import { Paper } from './pdf'

// Two that are compared, and those one has just come from: each holds some megabytes.
const KEPT = 4

/** Documents that are open, by address; the one not used for longest is closed first. */
export class Shelf {
  #open = new Map<string, Promise<Paper>>()

  /** The document at an address, opened now or before. Raises what opening raises. */
  take(url: string): Promise<Paper> {
    const found = this.#open.get(url) ?? Paper.open(url)
    this.#open.delete(url)
    this.#open.set(url, found)
    found.catch(() => this.#open.delete(url))
    this.#tidy()
    return found
  }

  /** Close them all. */
  clear(): void {
    for (const paper of this.#open.values()) close(paper)
    this.#open.clear()
  }

  #tidy(): void {
    for (const [url, paper] of this.#open) {
      if (this.#open.size <= KEPT) return
      this.#open.delete(url)
      close(paper)
    }
  }
}

function close(paper: Promise<Paper>): void {
  paper.then((one) => one.close()).catch(() => undefined)
}
