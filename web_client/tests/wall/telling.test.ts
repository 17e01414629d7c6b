import { describe, expect, it } from 'vitest'
import { axisOf } from '@/components/alarms/axis'
import { clockOutcome, lineOf, lineOutcome } from '@/components/devices/checks'
import { actsOf } from '@/pages/wall/record'
import { talksIn } from '@/pages/wall/use-telling'

const line = (code: string, at = 0, params: Record<string, unknown> = {}) => ({ code, at, params })

describe('the line of phases', () => {
  const axis = axisOf(['check_in', 'detailed', 'price', 'signing'], [{ phase: 'check_in', at: 0 }, { phase: 'detailed', at: 1000 }], 11_000, false)

  it('fills the whole width in order', () => {
    expect(axis.stretches.map((one) => one.standing)).toEqual(['done', 'now', 'next', 'next'])
    const last = axis.stretches.at(-1)!
    expect(last.left + last.width).toBeCloseTo(100)
  })

  it('places a moment within its phase', () => {
    const now = axis.stretches[1]!
    expect(axis.place(6000)).toBeCloseTo(now.left + now.width / 2)
    expect(axis.place(11_000)).toBeCloseTo(now.left + now.width)
  })

  it('leaves a phase of a second wide enough to be read', () => {
    expect(axis.stretches[0]!.width).toBeGreaterThan(5)
  })
})

describe('when members could speak', () => {
  it('ends as a section opens and begins again at the reveal', () => {
    const told = talksIn([line('SessionOpened', 0), line('SectionOpened', 10), line('Revealed', 30)], 50, () => '', '')
    expect(told.map(({ begun, ended }) => [begun, ended])).toEqual([[0, 10], [30, 50]])
  })

  it('does not begin again before the last of several sections is revealed', () => {
    const told = talksIn([line('SessionOpened', 0), line('SectionOpened', 10), line('SectionOpened', 10), line('Revealed', 30)], 50, () => '', '')
    expect(told).toHaveLength(1)
  })

  it('shows each intercom for as long as it lasted', () => {
    const told = talksIn([line('SectionOpened', 0), line('IntercomClosed', 9000, { ms: 4000 })], 9500, () => '通话', '')
    expect(told).toEqual([{ begun: 5000, ended: 9000, kind: 'intercom', words: '通话' }])
  })
})

describe('the supervision record', () => {
  it('holds what one supervisor has done and what came of it, and nobody else’s acts', () => {
    const lines = [
      line('NoticeSent', 1, { kind: 'announcement', by: 'host' }), line('NoticeSent', 2, { kind: 'written_notice', by: 'me' }), line('RemarkRecorded', 3, { by: 'me' }),
      line('RemarkRecorded', 4, { by: 'other' }), line('Paused', 5, { kind: 'technical', by: 'host' }), line('Paused', 6, { kind: 'supervision', by: 'me' }),
      line('Resumed', 7, { by: 'me' }), line('PauseRequestAnswered', 8, { by: 'host' }), line('AlarmAcknowledged', 9, { role: 'witness', by: 'other' }),
    ]
    expect(actsOf(lines, 'me').map((one) => one.at)).toEqual([2, 3, 6, 7, 8])
  })
})

describe('what the device check makes of figures', () => {
  it('tells a line by its middle time and by what stayed away', () => {
    const found = lineOf({ rtt: [20, 22, 900, 21], sent: 5 })
    expect(found).toMatchObject({ rtt: 22, loss: 20 })
    expect([lineOutcome(found), lineOutcome({ rtt: 30, jitter: 0, loss: 0 }), lineOutcome({ rtt: 300, jitter: 0, loss: 0 })]).toEqual(['failed', 'ok', 'poor'])
  })

  it('forgives a clock a few seconds', () => {
    expect([clockOutcome(-900), clockOutcome(20_000), clockOutcome(-400_000)]).toEqual(['ok', 'poor', 'failed'])
  })
})
