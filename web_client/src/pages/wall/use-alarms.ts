import { computed, ref, watch, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { openAlarms } from '@/components/tiles/tiles'
import { alarmWords } from '@/components/alarms/origin'
import type { AlarmPart } from '@/protocol/view'
import { useAloud } from '@/session/aloud'
import { useSession } from '@/session/session'

export interface AlarmsAtHand {
  open: ComputedRef<[number, AlarmPart][]>
  /** The one on the card: whichever was chosen, else the gravest. */
  shown: ComputedRef<{ number: number; alarm: AlarmPart; at: number } | null>
  untaken: ComputedRef<number>
  choose(number: number): void
  next(): void
}

/** The alarms somebody still has to do something about. A new one is said aloud and takes nothing away. */
export function useAlarms(): AlarmsAtHand {
  const session = useSession()
  const aloud = useAloud()
  const { t } = useI18n()
  const chosen = ref<number | null>(null)

  const open = computed(() => openAlarms(session.view?.alarms ?? {}))
  const untaken = computed(() => open.value.filter(([, { stage }]) => stage === 'raised').length)
  const shown = computed(() => {
    const at = Math.max(0, open.value.findIndex(([number]) => number === chosen.value))
    const found = open.value[at]
    return found === undefined ? null : { number: found[0], alarm: found[1], at }
  })

  function next(): void {
    const at = shown.value?.at ?? -1
    chosen.value = open.value[(at + 1) % Math.max(1, open.value.length)]?.[0] ?? null
  }

  watch(shown, (now, before) => {
    // What is being read stays, whatever comes meanwhile.
    if (now !== null && chosen.value === null) chosen.value = now.number
    if (now === null && before !== null) chosen.value = null
  }, { immediate: true })

  watch(
    () => open.value[0]?.[0] === undefined ? 0 : Math.max(...open.value.map(([number]) => number)),
    (newest, before) => {
      const alarm = session.view?.alarms?.[newest]
      if (newest > before && alarm !== undefined) void aloud.say(t('wall.alarm.aloud', { what: alarmWords(alarm, t) }), true)
    },
  )

  return { open, shown, untaken, choose: (number) => (chosen.value = number), next }
}
