import { refAutoReset } from '@vueuse/core'
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Aim, Errand, Typed } from '@/components/alarms/acts'
import type { Clip } from '@/protocol/generated/rest'
import { call } from '@/protocol/http'
import { useOneAct, type OneAct } from '@/session/act'
import { useAloud } from '@/session/aloud'
import { useSession } from '@/session/session'

export interface Acts extends Pick<OneAct, 'busy' | 'refusal'> {
  errand: Ref<Errand | null>
  aim: ShallowRef<Aim>
  /** What was done last, in words. */
  done: Ref<string | null>
  /** Evidence that was cut last. */
  clips: ShallowRef<readonly Clip[]>
  putAway(): void
  open(errand: Errand, aim: Aim): void
  leave(): void
  give(typed: Typed): Promise<void>
  /** An act that asks for nothing. */
  run(act: () => Promise<unknown>, words: string): Promise<boolean>
}

const NOWHERE: Aim = { member: null, source: null, alarm: null, at: null }

// Long enough to be read; after that the record says it, and what has come of it.
const DONE_MS = 10_000

/** What the supervisor does, one at a time; each answer is shown where the act was begun. */
export function useActs(): Acts {
  const session = useSession()
  const aloud = useAloud()
  const { t } = useI18n()
  const errand = ref<Errand | null>(null)
  const aim = shallowRef<Aim>(NOWHERE)
  const { busy, refusal, run: once, forget } = useOneAct()
  const clips = shallowRef<readonly Clip[]>([])
  const done = refAutoReset<string | null>(null, DONE_MS)

  const { give } = session
  const ways: Record<Errand, (typed: Typed) => Promise<unknown>> = {
    remark: ({ text, member }) => give('RecordRemark', { text, member }),
    reminder: ({ text, member }) => give('SendNotice', { kind: 'reminder', text, member }),
    written_notice: ({ text, member }) => give('SendNotice', { kind: 'written_notice', text, member }),
    request_pause: ({ clause, text }) => give('RequestPause', { clause, reason: text }),
    pause: ({ clause, document }) => give('Pause', { clause, document }),
    screen: ({ clause }) => give('RequestScreen', { member: aim.value.member ?? '', clause }),
    handle: ({ text }) => give('HandleAlarm', { alarm: aim.value.alarm ?? 0, how: text }),
    false: ({ text }) => give('CloseAlarm', { alarm: aim.value.alarm ?? 0, false: true, note: text }),
    clip: ({ begun, ended }) => takeClip(begun, ended),
  }

  function open(wanted: Errand, at: Aim): void {
    errand.value = wanted
    aim.value = at
    done.value = null
    clips.value = []
    forget()
  }

  function leave(): void {
    errand.value = null
    forget()
  }

  function putAway(): void {
    clips.value = []
  }

  async function give_(typed: Typed): Promise<void> {
    const act = errand.value
    if (act === null) return
    if (!(await run(() => ways[act](typed), t(`wall.act.${act}.done`)))) return
    leave()
    // A clip has its own card.
    if (act === 'clip') done.value = null
  }

  async function run(act: () => Promise<unknown>, words: string): Promise<boolean> {
    if (!(await once(act))) return false
    done.value = words
    void aloud.say(words)
    return true
  }

  /** The hash is the evidence: it is shown, and in the record. */
  async function takeClip(begun: number, ended: number): Promise<void> {
    const body = { source: aim.value.source ?? '', from: begun, to: ended }
    clips.value = (await call('take_clip', { path: { id: session.id ?? '' }, body })).items
  }

  return { errand, aim, busy, refusal, done, clips, putAway, open, leave, give: give_, run }
}
