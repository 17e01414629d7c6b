import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { devices, NotCaptured, type CaptureFault } from '@/monitoring/capture'

export interface Captured {
  stream: ShallowRef<MediaStream | null>
  fault: Ref<CaptureFault | null>
  /** What could be chosen instead. */
  choices: ShallowRef<MediaDeviceInfo[]>
  chosen: Ref<string | null>
  take(): Promise<void>
  choose(device: string): Promise<void>
  leave(): void
}

/** A device that is tried: captured while the step is open, and let go with it. */
export function useCaptured(kind: MediaDeviceKind, capture: (device: string | null) => Promise<MediaStream>): Captured {
  const stream = shallowRef<MediaStream | null>(null)
  const fault = ref<CaptureFault | null>(null)
  const choices = shallowRef<MediaDeviceInfo[]>([])
  const chosen = ref<string | null>(null)

  async function take(): Promise<void> {
    leave()
    fault.value = null
    try {
      stream.value = await capture(chosen.value)
      chosen.value = stream.value.getTracks()[0]?.getSettings().deviceId ?? null
      choices.value = (await devices()).filter((one) => one.kind === kind)
    } catch (error) {
      if (!(error instanceof NotCaptured)) throw error
      fault.value = error.fault
    }
  }

  async function choose(device: string): Promise<void> {
    chosen.value = device
    await take()
  }

  function leave(): void {
    for (const track of stream.value?.getTracks() ?? []) track.stop()
    stream.value = null
  }

  onScopeDispose(leave)
  return { stream, fault, choices, chosen, take, choose, leave }
}
