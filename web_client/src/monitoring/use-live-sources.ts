import { onScopeDispose, shallowRef, type ShallowRef } from 'vue'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'

const EVERY_MS = 3000

/** The sources of a session that are there now, seen or not; null as long as nobody has told, or can tell. */
export function useLiveSources(session: string): ShallowRef<ReadonlySet<string> | null> {
  const live = shallowRef<ReadonlySet<string> | null>(null)
  let asking = false

  async function ask(): Promise<void> {
    if (asking || document.visibilityState === 'hidden') return
    asking = true
    try {
      live.value = new Set((await call('list_sources', { path: { id: session } })).items)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      live.value = null
    } finally {
      asking = false
    }
  }

  void ask()
  const turn = setInterval(() => void ask(), EVERY_MS)
  onScopeDispose(() => clearInterval(turn))
  return live
}
