import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { Refusal } from '@/protocol/refusal'
import { useRefusalWords } from '@/components/admin/refusal-words'

export interface Act {
  busy: Ref<boolean>
  refusal: ShallowRef<Refusal | null>
  /** What is wrong with one field of the form, in words; empty when nothing is. */
  at: (field: string) => string
  /** What belongs to no field, to be shown above the buttons. */
  unplaced: () => Refusal | null
  /** Do it; true when it was done. */
  run: (work: () => Promise<unknown>) => Promise<boolean>
  clear: () => void
}

/** An act on the server, and where in its form a refusal is shown: `names` are the fields it has, `fields` says by
 * code which of them a refusal is about. */
export function useAct(names: readonly string[] = [], fields: Readonly<Record<string, string>> = {}): Act {
  const busy = ref(false)
  const refusal = shallowRef<Refusal | null>(null)
  const words = useRefusalWords()

  function fault(field: string): string | undefined {
    return refusal.value?.errors.find(({ path }) => fieldOf(path) === field)?.reason
  }

  function at(field: string): string {
    if (refusal.value === null) return ''
    if (fields[refusal.value.code] === field) return words(refusal.value)
    return fault(field) ?? ''
  }

  function unplaced(): Refusal | null {
    const held = refusal.value
    if (held === null || fields[held.code] !== undefined) return null
    const placed = held.errors.length > 0 && held.errors.every(({ path }) => names.includes(fieldOf(path)))
    return held.code === 'malformed' && placed ? null : held
  }

  async function run(work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    refusal.value = null
    try {
      await work()
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  function clear(): void {
    refusal.value = null
  }

  return { busy, refusal, at, unplaced, run, clear }
}

/** `title` of `body.title`, `scopes` of `body.scopes[2].session`. */
function fieldOf(path: string): string {
  return path.replace(/^(body|query)\./, '').replace(/[.[].*$/, '')
}
