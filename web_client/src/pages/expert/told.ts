import { computed, ref, watch, type ComputedRef } from 'vue'
import type { Saving } from '@/components/sheet/draft'
import { useSession } from '@/session/session'
import { useServerTime } from '@/session/time'
import { useUnsent } from '@/session/unsent'

/** What is said about one's scores: 已暂存 with the server's time only once they are on disk there. */
export function useTold(): ComputedRef<Saving> {
  const session = useSession()
  const unsent = useUnsent()
  const time = useServerTime()
  const savedAt = ref<number | null>(null)

  watch(() => unsent.saved, () => (savedAt.value = time.exact()), { flush: 'sync' })

  return computed(() => {
    if (unsent.refused.length > 0) return { state: 'refused', count: unsent.refused.length, unkept: !unsent.kept }
    const count = unsent.waiting
    if (count > 0 && (!session.live || session.paused !== null))
      return { state: 'kept', count, paused: session.paused !== null, unkept: !unsent.kept }
    if (count > 0) return { state: 'sending', count }
    return savedAt.value === null ? { state: 'idle' } : { state: 'saved', at: savedAt.value }
  })
}
