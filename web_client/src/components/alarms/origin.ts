/** Who says that there is something: the seat's own page, the server by measuring, or an analysis that a person has to confirm. */
export type AlarmOrigin = 'seat' | 'measured' | 'analysis'

const SEAT = new Set(['page_left', 'second_screen', 'device_unplugged', 'poor_network'])
const OF_DEVICES = ['no_stream', 'screen_capture_lost', 'audio_silent', 'audio_clipped']
const MEASURED = new Set([...OF_DEVICES, 'clock_drift', 'recording_gap', 'disk_low', 'disk_critical'])

export function originOf(kind: string): AlarmOrigin {
  if (SEAT.has(kind)) return 'seat'
  return MEASURED.has(kind) ? 'measured' : 'analysis'
}

/** Whether it says that nothing, or nothing of use, comes from the device at which it was raised. */
export function isOfDevice(kind: string): boolean {
  return originOf(kind) === 'analysis' || OF_DEVICES.includes(kind)
}

/** What was found, in words that say of sound that it is sound: beside it a picture may well go on. */
export function alarmWords({ kind, source }: { kind: string; source: string }, t: (key: string, params: Record<string, unknown>) => string): string {
  const what = t(`minutes.alarm.${kind}`, {})
  return source.endsWith('.microphone') && !kind.startsWith('audio_') ? t('minutes.of_sound', { what }) : what
}

/** Whether it was filmed what an alarm is about: cameras are, screens lie under their seal. */
export function isFilmed(source: string): boolean {
  return source.includes('.camera')
}
