import { onScopeDispose, ref, type Ref } from 'vue'

const SECONDS = 6

export interface Echo {
  state: Ref<'idle' | 'recording' | 'playing'>
  /** Seconds still to be recorded. */
  left: Ref<number>
  begin(stream: MediaStream): void
}

/** Six seconds of oneself, heard once. The recording stays in this page and goes with it. */
export function useEcho(): Echo {
  const state = ref<'idle' | 'recording' | 'playing'>('idle')
  const left = ref(SECONDS)
  const player = new Audio()
  let recorder: MediaRecorder | null = null
  let counting: ReturnType<typeof setInterval> | undefined

  function begin(stream: MediaStream): void {
    const pieces: Blob[] = []
    const recording = (recorder = new MediaRecorder(stream))
    recording.ondataavailable = ({ data }) => pieces.push(data)
    recording.onstop = () => play(new Blob(pieces, { type: recording.mimeType }))
    recording.start()
    state.value = 'recording'
    left.value = SECONDS
    counting = setInterval(() => {
      left.value -= 1
      if (left.value <= 0) finish()
    }, 1000)
  }

  function finish(): void {
    clearInterval(counting)
    if (recorder?.state === 'recording') recorder.stop()
  }

  function play(sound: Blob): void {
    state.value = 'playing'
    player.src = URL.createObjectURL(sound)
    player.onended = player.onerror = rest
    player.play().catch(rest)
  }

  function rest(): void {
    URL.revokeObjectURL(player.src)
    state.value = 'idle'
  }

  onScopeDispose(() => {
    clearInterval(counting)
    if (recorder !== null) recorder.onstop = null
    finish()
    player.pause()
  })
  return { state, left, begin }
}
