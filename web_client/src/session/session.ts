import { defineStore } from 'pinia'
import { computed, readonly, ref, shallowRef } from 'vue'
import type { Connection, LineState, Presence } from '@/protocol/connection'
import type { CommandName, Commands } from '@/protocol/generated/session'
import { Refusal } from '@/protocol/refusal'
import type { Audience, View } from '@/protocol/view'
import { useServerTime } from './time'

// Ends after which nothing of the session stays readable here.
const SHUT_OUT: ReadonlySet<string> = new Set(['revoked', 'not_invited', 'logged_out', 'login_ended', 'login_unknown', 'account_disabled', 'other_device'])
// And those after which nothing that was not sent belongs to this reader any more.
const NO_MORE: ReadonlySet<string> = new Set(['revoked', 'not_invited'])

/** What a page may hear that is never kept: who writes, who points where. */
export type Ephemeral = Record<string, unknown>

/**
 * The one session this page shows: its view, kept in step with the server, and how its line is.
 * A view is never changed in place: a part that is the same object has not changed.
 */
export const useSession = defineStore('session', () => {
  const id = ref<string | null>(null)
  const view = shallowRef<View | null>(null)
  const audience = shallowRef<Audience | null>(null)
  const presence = shallowRef<Presence>({})
  const state = ref<LineState | 'none'>('none')
  /** Why the line has ended, or was never let in. */
  const refusal = shallowRef<Refusal | null>(null)
  const brokenAt = ref<number | null>(null)
  /** The reader has been let in; and he took part, and does not any more. */
  const entered = ref(false)
  const dismissed = ref(false)
  let line: Connection | null = null
  let turn = 0
  const listeners = new Set<(message: Ephemeral) => void>()
  const time = useServerTime()

  const phase = computed(() => view.value?.phase ?? null)
  const me = computed(() => view.value?.me ?? null)
  const paused = computed(() => view.value?.pause ?? null)
  const live = computed(() => state.value === 'live')
  const loading = computed(() => view.value === null && refusal.value === null)

  /** Join a session; the one before is left. */
  async function open(session: string): Promise<void> {
    if (id.value === session && state.value !== 'ended') return
    close()
    id.value = session
    state.value = 'joining'
    const mine = turn
    // It comes with the first session: whoever logs in has no use for it yet.
    const { Connection } = await import('@/protocol/connection')
    if (mine !== turn) return
    const opened = new Connection(session, {
      state: (now, why) => noteState(now, why),
      view: (newest, whose) => {
        view.value = newest
        audience.value = whose
      },
      presence: (newest) => (presence.value = newest),
      ephemeral: (message) => listeners.forEach((listener) => listener(message)),
    })
    line = opened
    time.follow(opened.clock)
    await opened.open()
  }

  function noteState(now: LineState, why: Refusal | null): void {
    if (now !== 'broken') brokenAt.value = null
    else brokenAt.value ??= Date.now()
    state.value = now
    refusal.value = why
    if (now === 'live') entered.value = true
    if (now === 'ended' && why !== null && SHUT_OUT.has(why.code)) shutOut(why.code)
  }

  function shutOut(code: string): void {
    dismissed.value = entered.value && NO_MORE.has(code)
    view.value = audience.value = null
    presence.value = {}
  }

  function close(): void {
    turn += 1
    line?.close()
    line = null
    id.value = view.value = audience.value = refusal.value = brokenAt.value = null
    presence.value = {}
    entered.value = dismissed.value = false
    state.value = 'none'
  }

  /** Give a command; resolves with its receipt once it is on disk. Raises Refusal. */
  function give<Name extends CommandName>(
    name: Name,
    ...[args, how]: Record<string, never> extends Commands[Name]
      ? [args?: Commands[Name], how?: { id?: Uint8Array; seen?: number }]
      : [args: Commands[Name], how?: { id?: Uint8Array; seen?: number }]
  ): Promise<Record<string, unknown> | undefined> {
    if (line === null) return Promise.reject(new Refusal('left'))
    return line.give(name, (args ?? {}) as Commands[Name], how)
  }

  function mention(message: Ephemeral): void {
    line?.mention(message)
  }

  /** Hear what is never kept; the answer stops it. */
  function hear(listener: (message: Ephemeral) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  return {
    id: readonly(id), view, audience, presence, state: readonly(state), refusal, brokenAt: readonly(brokenAt), entered: readonly(entered), dismissed: readonly(dismissed),
    phase, me, paused, live, loading, open, close, give, mention, hear,
  }
})
