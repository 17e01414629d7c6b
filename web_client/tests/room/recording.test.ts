import { describe, expect, it } from 'vitest'
import { recordingWord } from '@/components/recording'

const fine = { gaps: 0, lost: null }

describe('what is said of the recording', () => {
  it('claims nothing on a node that does not record', () => {
    expect(recordingWord(fine, false, false)?.key).toBe('off')
    expect(recordingWord({ gaps: null, lost: null }, false, false)?.key).toBe('off')
    expect(recordingWord(fine, true, false)).toBeNull()
  })

  it('says that everything is recorded, and since it ended that it was', () => {
    expect(recordingWord(fine, false, true)?.key).toBe('fine')
    expect(recordingWord(fine, true, true)?.key).toBe('over')
  })

  it('tells of gaps and losses whoever records now', () => {
    for (const records of [true, false]) {
      expect(recordingWord({ gaps: 2, lost: null }, true, records)).toEqual({ key: 'over_gaps', count: 2 })
      expect(recordingWord({ gaps: 0, lost: 'disk_full' }, false, records)?.key).toBe('lost')
      expect(recordingWord({ gaps: null, lost: 'disk_full' }, true, records)?.key).toBe('lost')
    }
    expect(recordingWord({ gaps: 2, lost: null }, false, true)).toEqual({ key: 'gaps', count: 2 })
  })

  it('says nothing before the view is there', () => {
    expect(recordingWord(null, false, true)).toBeNull()
  })
})
