import type { Done, NotDone } from './generated/messages'
import { commandId } from './ids'
import { PASSING, Refusal } from './refusal'

interface Message {
  id: Uint8Array
  name: string
  args: object
  seen?: number
}

interface Errand {
  message: Message
  done: (receipt: Record<string, unknown> | undefined) => void
  refused: (refusal: Refusal) => void
  /** Sent on the line at hand: the answer may still come. */
  sent: boolean
}

type Emit = (message: Message, answer: (answer: Done | NotDone) => void) => void

/** Commands on their way: each keeps its id until it is answered, over as many lines as that takes. */
export class Errands {
  #open = new Set<Errand>()
  #emit: Emit | null = null
  #timers = new Set<ReturnType<typeof setTimeout>>()

  run(
    name: string,
    args: object,
    how: { id?: Uint8Array; seen?: number },
  ): Promise<Record<string, unknown> | undefined> {
    return new Promise((done, refused) => {
      const message = { ...how, id: how.id ?? commandId(), name, args }
      const errand = { message, done, refused, sent: false }
      this.#open.add(errand)
      this.#send(errand)
    })
  }

  /** There is a line, and the view is up to date: what has no answer is sent, in the order it was given. */
  send(emit: Emit): void {
    this.#emit = emit
    for (const errand of this.#open) this.#send(errand)
  }

  /** The line is gone. */
  hold(): void {
    this.#emit = null
    for (const errand of this.#open) errand.sent = false
  }

  /** There will be no further line. */
  dismiss(refusal: Refusal): void {
    this.#emit = null
    for (const timer of this.#timers) clearTimeout(timer)
    for (const errand of this.#open) errand.refused(refusal)
    this.#open.clear()
  }

  #send(errand: Errand): void {
    if (this.#emit === null || errand.sent) return
    errand.sent = true
    this.#emit(errand.message, (answer) => this.#answered(errand, answer))
  }

  #answered(errand: Errand, answer: Done | NotDone): void {
    if (!this.#open.has(errand)) return
    if (!answer.ok && answer.retry_ms !== undefined && PASSING.has(answer.code))
      return this.#sendLater(errand, answer.retry_ms)
    this.#open.delete(errand)
    if (answer.ok) errand.done(answer.receipt)
    else errand.refused(new Refusal(answer.code, answer.params, answer.retry_ms ?? null))
  }

  #sendLater(errand: Errand, after: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      errand.sent = false
      this.#send(errand)
    }, after)
    this.#timers.add(timer)
  }
}
