import { describe, expect, it } from 'vitest'
import { bandOf, choices, fullMark, needsReason, placesOf, pointsOf, tidy, valueFault } from '@/components/sheet/values'
import type { Criterion } from '@/session/shapes'

const item = (more: Partial<Criterion>): Criterion => ({
  id: 't', section: 's', title: 't', kind: 'range', points: '10', interval: null, values: [], deduction: null, objective: null, source: '', scored_by: 'all',
  clause: '', guidance: '', bands: [], reason_required: false, ...more,
})

describe('what was typed', () => {
  it.each([
    ['１０．５', '10.5'], [' 3 ', '3'], ['.5', '0.5'], ['-.5', '-0.5'], ['7.', '7'], ['007.50', '7.50'], ['+2', '2'], ['3。5', '3.5'], ['0', '0'], ['abc', 'abc'],
  ])('%j is read as %j', (typed, read) => {
    expect(tidy(typed)).toBe(read)
  })
})

describe('a value', () => {
  const half = item({ interval: '0.5' })
  it.each([
    ['0', null], ['10', null], ['9.5', null], ['10.0', null], ['10.5', 'value_out_of_range'], ['-1', 'value_out_of_range'], ['9.3', 'value_off_interval'],
    ['', 'value_not_a_number'], ['1e1', 'value_not_a_number'], ['-0', 'value_not_a_number'], ['1.1234567', 'value_not_a_number'],
  ])('of a range: %j', (value, fault) => {
    expect(valueFault(half, value)).toBe(fault)
  })

  it('may be the full mark even off the interval', () => {
    expect(valueFault(item({ points: '8.3', interval: '0.5' }), '8.3')).toBeNull()
  })

  it('of a list is one of the list, however it is written', () => {
    const listed = item({ kind: 'fixed', points: null, values: ['0', '3', '5'] })
    expect([valueFault(listed, '3.0'), valueFault(listed, '4'), valueFault(listed, 'x')]).toEqual([null, 'value_not_in_list', 'value_not_a_number'])
    expect([fullMark(listed), pointsOf(listed, '3'), pointsOf(listed, '4')]).toEqual(['5', '3', null])
    expect(choices(listed)).toEqual(['0', '3', '5'])
  })

  it('of words is one of two, and the graver must be explained', () => {
    const pass = item({ kind: 'pass_fail', points: null })
    const off = item({ kind: 'deduction', points: '2', deduction: '1.5' })
    expect([valueFault(pass, 'pass'), valueFault(pass, 'apply'), valueFault(off, 'none'), valueFault(off, '1')]).toEqual([null, 'value_unknown', null, 'value_unknown'])
    expect([needsReason(pass, 'fail'), needsReason(pass, 'pass'), needsReason(off, 'apply'), needsReason(off, 'none')]).toEqual([true, false, true, false])
    expect([fullMark(pass), pointsOf(pass, 'pass'), pointsOf(off, 'apply'), pointsOf(off, 'none')]).toEqual([null, null, '0.5', '2'])
  })

  it('of a deduction counts down from the full mark', () => {
    expect(pointsOf(item({ kind: 'deduction_range', points: '5' }), '1.5')).toBe('3.5')
  })

  it('lies in one band, and the highest holds its upper end', () => {
    const banded = item({ bands: [{ label: '优', low: '8', high: '10', includes_high: true }, { label: '良', low: '5', high: '8', includes_high: false }] })
    expect(['10', '8', '7.99', '5', '4', 'x'].map((value) => bandOf(banded, value))).toEqual([0, 0, 1, 1, -1, -1])
  })

  it('is shown with as many places as its interval has', () => {
    expect([placesOf(item({ interval: '0.25' })), placesOf(item({})), placesOf(item({ values: ['1', '2.5'] }))]).toEqual([2, 0, 1])
  })
})
