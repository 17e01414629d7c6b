import { onScopeDispose, type Ref, watch } from 'vue'
import { useEventListener, useIntervalFn } from '@vueuse/core'
import { useSession } from '@/session/session'
import { report } from './use-seat-media'

// Another window for a moment is nobody's concern.
const AWAY_MS = 3000

type Kind = 'page_left' | 'second_screen' | 'poor_network'

/** Tells the organisers what happens to this seat: another page, a second screen, a weak network. */
export function useSeatReports(poorNetwork?: Ref<boolean>): void {
  const session = useSession()
  const told = new Map<Kind, boolean>()
  let leaving: ReturnType<typeof setTimeout> | undefined

  function tell(kind: Kind, there: boolean): void {
    if ((told.get(kind) ?? false) === there) return
    told.set(kind, there)
    void report(() => session.give('ReportWorkstation', { kind, over: !there }))
  }

  useEventListener(document, 'visibilitychange', () => {
    clearTimeout(leaving)
    if (document.visibilityState === 'visible') tell('page_left', false)
    else leaving = setTimeout(() => tell('page_left', true), AWAY_MS)
  })
  useIntervalFn(() => tell('second_screen', (globalThis.screen as { isExtended?: boolean }).isExtended === true), 5000, {
    immediateCallback: true,
  })
  if (poorNetwork !== undefined) watch(poorNetwork, (poor) => tell('poor_network', poor))
  onScopeDispose(() => clearTimeout(leaving))
}
