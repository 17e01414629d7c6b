import { onScopeDispose, ref, type Ref, type ComputedRef } from 'vue'
import type { WallTile } from '@/components/tiles/tiles'
import type { HearingStatus } from '@/monitoring/hearing'
import { useHearing } from '@/monitoring/use-hearing'

// Long enough that a pointer on its way somewhere else is not taken for a wish.
const POINTED_MS = 400

export interface Listening {
  /** Pointing at a picture listens there. */
  byPointing: Ref<boolean>
  status: HearingStatus
  point(source: string | null): void
  toggle(source: string | null): void
  stop(): void
  allow(): void
}

/** One seat at a time is listened to; the server puts each time on record. */
export function useListening(session: string, tiles: ComputedRef<WallTile[]>): Listening {
  const hearing = useHearing(session)
  const byPointing = ref(false)
  // What was begun by a key goes on until it is ended by one.
  let held = false
  let waiting: ReturnType<typeof setTimeout> | undefined

  const microphoneOf = (source: string | null): string | null =>
    tiles.value.find((tile) => tile.source === source)?.microphone ?? null

  function point(source: string | null): void {
    clearTimeout(waiting)
    if (!byPointing.value || held) return
    const microphone = microphoneOf(source)
    waiting = setTimeout(() => (microphone === null ? hearing.stop() : hearing.listen(microphone)), POINTED_MS)
  }

  function toggle(source: string | null): void {
    clearTimeout(waiting)
    const microphone = microphoneOf(source)
    held = microphone !== null && hearing.status.source !== microphone
    if (held && microphone !== null) hearing.listen(microphone)
    else hearing.stop()
  }

  function stop(): void {
    clearTimeout(waiting)
    held = false
    hearing.stop()
  }

  onScopeDispose(() => clearTimeout(waiting))
  return { byPointing, status: hearing.status, point, toggle, stop, allow: () => hearing.allow() }
}
