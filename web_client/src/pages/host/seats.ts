import { computed, type ComputedRef } from 'vue'
import { venueRows, type VenueRows } from '@/components/room/rows'
import { useLiveSources } from '@/monitoring/use-live-sources'
import { useLinks } from '@/session/links'
import { useSession } from '@/session/session'

/** The seats of the session by venue, with how they are linked and what comes from them now. */
export function useSeats(): ComputedRef<VenueRows[]> {
  const session = useSession()
  const links = useLinks()
  const live = useLiveSources(session.id ?? '')
  return computed(() =>
    session.view === null ? [] : venueRows(session.view, { presence: session.presence, links: links.links, live: live.value }),
  )
}
