/** Why nothing was captured: what a person can do about it differs. */
export type CaptureFault = 'denied' | 'missing' | 'busy' | 'insecure' | 'failed'

export class NotCaptured extends Error {
  constructor(readonly fault: CaptureFault) {
    super(fault)
  }
}

/** Which devices somebody has chosen; null is whichever the browser takes first. */
export interface Choice {
  camera?: string | null
  microphone?: string | null
}

const PICTURE = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 15, max: 15 } } as const
const SOUND = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } as const
const SCREEN = { width: { max: 1280 }, height: { max: 720 }, frameRate: { ideal: 5, max: 5 } } as const

/** Camera and microphone together; one of them where the other is missing. Raises NotCaptured. */
export async function captureSeat(choice: Choice = {}): Promise<MediaStream> {
  const [video, audio] = [chosen(PICTURE, choice.camera), chosen(SOUND, choice.microphone)]
  try {
    return await captured({ video, audio })
  } catch (error) {
    // The picture without the sound is still worth showing, and the other way round.
    const alone = await Promise.allSettled([captured({ video }), captured({ audio })])
    const found = alone.flatMap((one) => (one.status === 'fulfilled' ? one.value.getTracks() : []))
    if (found.length === 0) throw error
    return new MediaStream(found)
  }
}

/** Raises NotCaptured. */
export function captureCamera(choice: Choice = {}): Promise<MediaStream> {
  return captured({ video: chosen(PICTURE, choice.camera) })
}

/** Raises NotCaptured. */
export function captureMicrophone(choice: Choice = {}): Promise<MediaStream> {
  return captured({ audio: chosen(SOUND, choice.microphone) })
}

/** The person chooses which screen, each time anew; it takes a click. Raises NotCaptured. */
export async function captureScreen(): Promise<MediaStream> {
  try {
    const devices = navigator.mediaDevices as MediaDevices | undefined
    if (devices?.getDisplayMedia === undefined) throw new NotCaptured('insecure')
    const stream = await devices.getDisplayMedia({ video: SCREEN, audio: false })
    for (const track of stream.getVideoTracks()) track.contentHint = 'detail'
    return stream
  } catch (error) {
    throw faultOf(error)
  }
}

/** What is plugged in. Names are empty until a permission was given. */
export async function devices(): Promise<MediaDeviceInfo[]> {
  const known = navigator.mediaDevices as MediaDevices | undefined
  return known === undefined ? [] : known.enumerateDevices()
}

async function captured(wanted: MediaStreamConstraints): Promise<MediaStream> {
  try {
    // Without https, but on this machine itself, a browser has no devices at all.
    const known = navigator.mediaDevices as MediaDevices | undefined
    if (known === undefined) throw new NotCaptured('insecure')
    return await known.getUserMedia(wanted)
  } catch (error) {
    throw faultOf(error)
  }
}

function chosen<Limits extends object>(limits: Limits, device: string | null | undefined): MediaTrackConstraints {
  return device ? { ...limits, deviceId: { exact: device } } : limits
}

const FAULTS: Record<string, CaptureFault> = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
}

function faultOf(error: unknown): NotCaptured {
  if (error instanceof NotCaptured) return error
  if (error instanceof DOMException) return new NotCaptured(FAULTS[error.name] ?? 'failed')
  return new NotCaptured('failed')
}
