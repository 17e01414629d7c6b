import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'

const BEFORE_MS = 15_000
const AFTER_MS = 5_000

export interface Before {
  /** What is looked at, and the moment it is about. */
  of: ShallowRef<{ source: string; title: string; at: number } | null>
  film: Ref<string | null>
  refusal: ShallowRef<Refusal | null>
  show(source: string, title: string, at: number, now: number): Promise<void>
  leave(): void
}

/** A quarter of a minute of the recording before a moment; each look is on record. */
export function useBefore(session: string): Before {
  const of = shallowRef<{ source: string; title: string; at: number } | null>(null)
  const film = ref<string | null>(null)
  const refusal = shallowRef<Refusal | null>(null)

  async function show(source: string, title: string, at: number, now: number): Promise<void> {
    leave()
    const wanted = (of.value = { source, title, at })
    try {
      const span = { from: Math.round(at - BEFORE_MS), to: Math.round(Math.min(now, at + AFTER_MS)) }
      const blob = await call('watch_footage', { path: { id: session, source }, query: span })
      if (of.value === wanted) film.value = URL.createObjectURL(blob)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (of.value === wanted) refusal.value = error
    }
  }

  function leave(): void {
    if (film.value !== null) URL.revokeObjectURL(film.value)
    of.value = film.value = refusal.value = null
  }

  onScopeDispose(leave)
  return { of, film, refusal, show, leave }
}
