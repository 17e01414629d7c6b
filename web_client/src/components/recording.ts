import type { View } from '@/session/shapes'

/** What is said of the recording: a word of `frame.recording`, with a number. */
export interface RecordingWord {
  key: 'fine' | 'gaps' | 'lost' | 'over' | 'over_gaps' | 'off'
  count: number
}

/**
 * The word for a session's recording, or nothing where none would be true. `records`: whether the node records at
 * all; of a session that is over it says nothing, because that may have been otherwise then.
 */
export function recordingWord(recording: View['recording'] | null, over: boolean, records: boolean): RecordingWord | null {
  if (!recording) return null
  const lost = recording.lost !== null
  // A member is not told of gaps.
  const count = recording.gaps ?? 0
  if (over && count > 0) return { key: 'over_gaps', count }
  if (lost) return { key: 'lost', count }
  if (over) return records ? { key: 'over', count } : null
  if (!records) return { key: 'off', count }
  return { key: count > 0 ? 'gaps' : 'fine', count }
}
