import { computed, type ComputedRef, reactive, watch } from 'vue'
import { useI18n } from 'vue-i18n'
import { tilesOf, type WallTile } from '@/components/tiles/tiles'
import { useLiveSources } from '@/monitoring/use-live-sources'
import type { Wall } from '@/monitoring/wall'
import { useMe } from '@/session/me'
import { useSession } from '@/session/session'
import { useServerTime } from '@/session/time'

/** What this wall can show. A camera of a venue that was there once keeps its place when it is gone. */
export function useWallTiles(wall: Wall): ComputedRef<WallTile[]> {
  const session = useSession()
  const time = useServerTime()
  const me = useMe()
  const { t } = useI18n()
  const live = useLiveSources(wall.session)
  const cameras = reactive(new Set<string>())

  watch(
    wall.listed,
    (listed) => {
      for (const { source } of listed) if (source.startsWith('venue.')) cameras.add(source)
    },
    { immediate: true },
  )

  return computed(() => {
    if (session.view === null) return []
    const listed = new Set(wall.listed.value.map((one) => one.source))
    return tilesOf(session.view, { cameras: [...cameras], listed, live: live.value, records: me.records, now: time.now, t })
  })
}
