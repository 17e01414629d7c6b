import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { useSession } from '@/session/session'
import { Refusal } from '@/protocol/refusal'
import { captureMicrophone, captureScreen, captureSeat, type Choice } from './capture'
import { Loudness } from './loudness'
import { OwnSource } from './own-source'

/** What a member shows and says from his seat. Both begin when he has checked in. */
export interface SeatMedia {
  camera: OwnSource
  screen: OwnSource
  /** How loud he is, 0 to 1. */
  level: Ref<number>
  /** Camera and microphone. */
  begin(choice?: Choice): Promise<void>
  /** In a click: the browser asks which screen. */
  shareScreen(): Promise<void>
}

/** Publishes from this seat for as long as the page is there, and reports what is pulled out. */
export function useSeatMedia(session: string, member: string): SeatMedia {
  const give = useSession().give
  const choice = ref<Choice>({})
  const told = {
    unplugged: (over: boolean) => void report(() => give('ReportWorkstation', { kind: 'device_unplugged', over })),
  }
  const camera = new OwnSource(session, `seat.${member}.camera`, () => captureSeat(choice.value), told)
  const screen = new OwnSource(session, `seat.${member}.screen`, captureScreen, {}, false)
  const level = useLevel(camera)
  onScopeDispose(() => {
    camera.end()
    screen.end()
  })
  return {
    camera,
    screen,
    level,
    begin: async (wanted = {}) => {
      choice.value = wanted
      await camera.begin()
    },
    shareScreen: () => screen.begin(),
  }
}

/** The microphone of an officer: a host in the talk, a supervisor in an intercom. */
export function useOfficerVoice(session: string, account: string): { voice: OwnSource; level: Ref<number> } {
  const voice = new OwnSource(session, `officer.${account}.microphone`, () => captureMicrophone())
  onScopeDispose(() => voice.end())
  return { voice, level: useLevel(voice) }
}

/** How loud what is captured is, ten times a second. */
function useLevel(source: OwnSource): Ref<number> {
  const level = ref(0)
  let loudness: Loudness | null = null
  let measuring: ReturnType<typeof setInterval> | undefined
  const stop = (): void => {
    clearInterval(measuring)
    loudness?.close()
    loudness = null
    level.value = 0
  }
  watch(source.stream, (stream) => {
    stop()
    if (stream === null || stream.getAudioTracks().length === 0) return
    const measured = (loudness = new Loudness(stream))
    measuring = setInterval(() => (level.value = Math.round(measured.level() * 20) / 20), 100)
  })
  onScopeDispose(stop)
  return level
}

/** What a page says of its seat may be refused, and nothing hangs on it. */
export async function report(say: () => Promise<unknown>): Promise<void> {
  try {
    await say()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
  }
}
