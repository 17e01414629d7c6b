import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Aim, Errand, Typed } from '@/components/alarms/acts'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'
import { useAloud } from '@/session/aloud'
import { useSession } from '@/session/session'

export interface Acts {
  errand: Ref<Errand | null>
  aim: ShallowRef<Aim>
  busy: Ref<boolean>
  refusal: ShallowRef<Refusal | null>
  /** What was done last, in words. */
  done: Ref<string | null>
  open(errand: Errand, aim: Aim): void
  leave(): void
  give(typed: Typed): Promise<void>
  /** An act that asks for nothing. */
  run(act: () => Promise<unknown>, words: string): Promise<boolean>
}

const NOWHERE: Aim = { member: null, source: null, alarm: null, at: null }

/** What the supervisor does, one at a time; each answer is shown where the act was begun. */
export function useActs(): Acts {
  const session = useSession()
  const aloud = useAloud()
  const { t } = useI18n()
  const errand = ref<Errand | null>(null)
  const aim = shallowRef<Aim>(NOWHERE)
  const busy = ref(false)
  const refusal = shallowRef<Refusal | null>(null)
  const done = ref<string | null>(null)

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
    refusal.value = done.value = null
  }

  function leave(): void {
    errand.value = refusal.value = null
  }

  async function give_(typed: Typed): Promise<void> {
    const act = errand.value
    if (act === null) return
    if (await run(() => ways[act](typed), act === 'clip' ? '' : t(`wall.act.${act}.done`))) leave()
  }

  async function run(act: () => Promise<unknown>, words: string): Promise<boolean> {
    busy.value = true
    refusal.value = null
    try {
      await act()
      if (words !== '') done.value = words
      void aloud.say(done.value ?? words)
      return true
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
      return false
    } finally {
      busy.value = false
    }
  }

  /** The hash is the evidence: it is shown, and in the record. */
  async function takeClip(begun: number, ended: number): Promise<void> {
    const body = { source: aim.value.source ?? '', from: begun, to: ended }
    const clips = await call('take_clip', { path: { id: session.id ?? '' }, body })
    done.value = t('wall.act.clip.done', { hash: clips.items.map((clip) => clip.sha256).join(' ') })
  }

  return { errand, aim, busy, refusal, done, open, leave, give: give_, run }
}
