import { useRefusalWords } from '@/components/admin/refusal-words'
import type { Refusal } from '@/protocol/refusal'
import { useOneAct, type OneAct } from '@/session/act'

export interface Act extends OneAct {
  /** What is wrong with one field of the form, in words; empty when nothing is. */
  at: (field: string) => string
  /** What belongs to no field, to be shown above the buttons. */
  unplaced: () => Refusal | null
}

/** An act on the server, and where in its form a refusal is shown: `names` are the fields it has, `fields` says by
 * code which of them a refusal is about. */
export function useAct(names: readonly string[] = [], fields: Readonly<Record<string, string>> = {}): Act {
  const one = useOneAct()
  const { refusal } = one
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

  return { ...one, at, unplaced }
}

/** `title` of `body.title`, `scopes` of `body.scopes[2].session`. */
function fieldOf(path: string): string {
  return path.replace(/^(body|query)\./, '').replace(/[.[].*$/, '')
}
