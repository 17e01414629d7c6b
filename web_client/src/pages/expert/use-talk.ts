import { computed, ref, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { HearingState, MicrophoneState, ScreenState } from '@/components/seat/talk'
import { useHearing } from '@/monitoring/use-hearing'
import type { OwnSource } from '@/monitoring/own-source'
import type { SeatMedia } from '@/monitoring/use-seat-media'
import { Refusal } from '@/protocol/refusal'
import type { View } from '@/protocol/view'
import { useSession } from '@/session/session'

export interface Talk {
  microphone: ComputedRef<MicrophoneState>
  hearing: ComputedRef<HearingState>
  screen: ComputedRef<ScreenState>
  refusal: ShallowRef<Refusal | null>
  toggleMicrophone(): void
  /** While a key is held one is heard; let go, it is as it was. */
  hold(): void
  release(): void
  toggleHearing(): void
  toggleScreen(): Promise<void>
}

/**
 * The talk as a seat takes part in it. The microphone is on for as long as one sits there, because all is
 * recorded; whether the others hear it is the session's state. A conversation with the supervisor is heard, too.
 */
export function useTalk(view: () => View, media: SeatMedia): Talk {
  const session = useSession()
  const refusal = shallowRef<Refusal | null>(null)
  const me = computed(() => view().me.member ?? '')
  const speaking = computed(() => view().speaking)
  const muted = computed(() => speaking.value?.muted.includes(me.value) === true)
  // Whoever has stepped back has no part in the talk any more.
  const open = computed(() => speaking.value?.open === true && !view().me.recused)
  const closed = computed(() => (open.value ? null : view().pause === null ? 'review' : 'paused'))
  const { hearing, toggleHearing } = useEars(() => closed.value, () => speaking.value?.intercom?.member === me.value)
  const microphone = computed<MicrophoneState>(() => closed.value ?? (brokenIn(media) ? 'broken' : muted.value ? 'muted' : 'open'))

  let last: Promise<void> = Promise.resolve()
  let held = false

  /** In the order it is asked for, however fast a key is let go. */
  function turn(open: boolean): void {
    last = last.then(() => given(open))
  }

  async function given(open: boolean): Promise<void> {
    refusal.value = null
    try {
      await (open ? session.give('Unmute') : session.give('Mute', { member: me.value }))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      refusal.value = error
    }
  }

  function toggleMicrophone(): void {
    if (microphone.value === 'broken') void media.camera.again()
    else if (closed.value === null) turn(muted.value)
  }

  function hold(): void {
    held = microphone.value === 'muted'
    if (held) turn(true)
  }

  function release(): void {
    if (held) turn(false)
    held = false
  }

  const screen = computed(() => screenOf(media.screen))
  return {
    microphone, hearing, screen, refusal, toggleMicrophone, hold, release, toggleHearing, toggleScreen: () => toggleScreen(media.screen),
  }
}

/** What is said is heard whenever there is something to hear, unless one does not want to. */
function useEars(closed: () => string | null, intercom: () => boolean): { hearing: ComputedRef<HearingState>; toggleHearing: () => void } {
  const session = useSession()
  const ears = useHearing(session.id ?? '')
  const wanted = ref(true)
  const audible = computed(() => closed() === null || intercom())

  watch([audible, wanted], ([now, wants]) => (now && (wants || intercom()) ? ears.talk() : ears.stop()), { immediate: true })

  const hearing = computed<HearingState>(() => {
    if (!audible.value) return 'closed'
    if (ears.status.source === null) return 'off'
    return ears.status.blocked ? 'blocked' : 'on'
  })

  function toggleHearing(): void {
    if (ears.status.blocked) ears.allow()
    else wanted.value = !wanted.value
  }

  return { hearing, toggleHearing }
}

const GONE: ReadonlySet<string> = new Set(['not_captured', 'unplugged', 'refused'])

function brokenIn({ camera }: SeatMedia): boolean {
  const stream = camera.stream.value
  return GONE.has(camera.status.state) || (stream !== null && stream.getAudioTracks().length === 0)
}

function screenOf(screen: OwnSource): ScreenState {
  const { state } = screen.status
  if (state === 'off' || state === 'idle') return 'off'
  if (state === 'not_captured' || state === 'unplugged' || state === 'refused') return 'broken'
  if (state === 'asking') return 'asking'
  return wholeScreen(screen.stream.value) ? (state === 'live' ? 'live' : 'connecting') : 'part'
}

/** One window of many shows nothing of what happens beside it. */
function wholeScreen(stream: MediaStream | null): boolean {
  const surface = stream?.getVideoTracks()[0]?.getSettings().displaySurface
  return surface === undefined || surface === 'monitor'
}

async function toggleScreen(screen: OwnSource): Promise<void> {
  const state = screenOf(screen)
  if (state === 'asking') return
  if (state === 'live' || state === 'connecting') return screen.end()
  // Whoever has shown a window only chooses once more.
  screen.end()
  await screen.begin()
}
