import { computed, watch, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useHearing } from '@/monitoring/use-hearing'
import { useOfficerVoice } from '@/monitoring/use-seat-media'
import { useMe } from '@/session/me'
import { useSession } from '@/session/session'
import { useServerTime } from '@/session/time'
import { duration } from '@/session/words-of-time'
import type { Acts } from './use-acts'

export interface Intercom {
  with(member: string | null): 'here' | 'elsewhere' | null
  lasting: ComputedRef<string>
  turn(on: boolean, member: string | null): Promise<void>
}

/** A word to one seat: recorded, shown on all seats, heard by the two and the witness there. */
export function useIntercom(session: string, acts: Acts): Intercom {
  const store = useSession()
  const time = useServerTime()
  const me = useMe()
  const { t } = useI18n()
  const { voice } = useOfficerVoice(session, me.me?.account ?? '')
  const hearing = useHearing(session)
  let own = false

  const open = computed(() => store.view?.speaking?.intercom ?? null)
  const lasting = computed(() => (open.value === null ? '' : duration(time.now - open.value.since)))

  function with_(member: string | null): 'here' | 'elsewhere' | null {
    if (open.value === null) return null
    return open.value.member === member ? 'here' : 'elsewhere'
  }

  async function turn(on: boolean, member: string | null): Promise<void> {
    if (member === null) return
    if (!on) await acts.run(() => store.give('CloseIntercom'), t('wall.seat.hung_up'))
    else if (await acts.run(() => store.give('OpenIntercom', { member }), t('wall.seat.calling', { kept: t(me.records ? 'frame.recording.call' : 'frame.recording.no_call') }))) {
      own = true
      void voice.begin()
      hearing.listen(`seat.${member}.microphone`)
    }
  }

  // It ends here whoever has ended it.
  watch(open, (now) => {
    if (now !== null || !own) return
    own = false
    voice.end()
    hearing.stop()
  })

  return { with: with_, lasting, turn }
}
