import { computed, onScopeDispose, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MinutesLine } from '@/components/minutes/line'
import { useNames } from '@/pages/host/names'
import type { AlarmLevel, Phase } from '@/protocol/generated/names'
import { useMinutes } from '@/session/minutes'
import { useSession } from '@/session/session'
import { useServerTime } from '@/session/time'

export interface Talk {
  begun: number
  ended: number
  kind: 'open' | 'intercom'
  words: string
}

export interface Telling {
  lines: ComputedRef<readonly MinutesLine[]>
  sentence(line: MinutesLine): string
  phaseWords(phase: Phase): string
  begun: ComputedRef<{ phase: Phase; at: number }[]>
  alarms: ComputedRef<{ number: number; at: number; level: AlarmLevel; words: string; open: boolean }[]>
  talks: ComputedRef<Talk[]>
}

/** The minutes, told for a wall: in sentences, and along a line. */
export function useTelling(): Telling {
  const minutes = useMinutes()
  const session = useSession()
  const time = useServerTime()
  const names = useNames()
  const { t } = useI18n()
  onScopeDispose(minutes.follow())

  /** Nothing lasts beyond the end. */
  const until = computed(() => (session.phase?.over ? session.phase.since : time.now))
  const lines = computed<readonly MinutesLine[]>(() => minutes.lines)
  const begun = computed(() => {
    const opened = lines.value.filter((line) => line.code === 'PhaseOpened' && session.view?.phase.chain.includes(line.params['phase'] as Phase))
    const first = { phase: 'check_in' as Phase, at: session.view?.session.opened_at ?? time.now }
    const told = opened.map((line) => ({ phase: line.params['phase'] as Phase, at: line.at }))
    return told[0]?.phase === 'check_in' ? told : [first, ...told]
  })
  const alarms = computed(() =>
    lines.value
      .filter((line) => line.code === 'AlarmRaised')
      .map((line) => {
        const number = Number(line.params['alarm'])
        const stage = session.view?.alarms?.[number]?.stage
        return {
          number, at: line.at, level: line.params['level'] as AlarmLevel,
          words: names.sentence(line), open: stage === 'raised',
        }
      }),
  )
  const talks = computed(() => talksIn(lines.value, until.value, names.sentence, t('wall.time.open')))

  return {
    lines, begun, alarms, talks,
    sentence: names.sentence,
    phaseWords: names.phase,
  }
}

const SHUTS: ReadonlySet<string> = new Set(['SectionOpened', 'Paused'])
const OPENS: ReadonlySet<string> = new Set(['Revealed', 'Resumed'])
const ENDS: ReadonlySet<string> = new Set(['SessionClosed', 'SessionFailed', 'EvaluationStopped', 'SessionAborted'])

/** When members could speak with each other, and when a supervisor spoke with one of them. */
export function talksIn(lines: readonly MinutesLine[], now: number, words: (line: MinutesLine) => string, open: string): Talk[] {
  const talks: Talk[] = []
  let shut = 0
  let since: number | null = lines[0]?.at ?? null
  const close = (at: number): void => {
    if (since !== null && at > since) talks.push({ begun: since, ended: at, kind: 'open', words: open })
    since = null
  }
  for (const line of lines) {
    if (SHUTS.has(line.code) && shut++ === 0) close(line.at)
    if (OPENS.has(line.code) && shut > 0 && --shut === 0) since = line.at
    if (ENDS.has(line.code)) {
      close(line.at)
      shut = Number.POSITIVE_INFINITY
    }
    if (line.code === 'IntercomClosed')
      talks.push({ begun: line.at - Number(line.params['ms']), ended: line.at, kind: 'intercom', words: words(line) })
  }
  close(now)
  return talks
}
