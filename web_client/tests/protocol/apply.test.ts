import { describe, expect, it } from 'vitest'
import { apply, Diverged, type Change } from '@/protocol/apply'

interface Sample {
  phase: { name: string }
  bids: Record<string, { rejected: boolean }>
  list: number[]
  nested: { n: number }[]
}
const sample = (): Sample => ({ phase: { name: 'a' }, bids: { A: { rejected: false }, B: { rejected: false } }, list: [1, 2], nested: [{ n: 1 }, { n: 2 }] })

describe('the changes of a view', () => {
  it('set what is there and what is new', () => {
    const changes: Change[] = [
      ['set', ['phase', 'name'], 'b'],
      ['set', ['bids', 'C'], { rejected: true }],
      ['set', ['bids', 'C', 'rejected'], false],
      ['set', ['nested', 1, 'n'], 3],
      ['set', ['list', 0], 9],
    ]
    expect(apply(sample(), changes)).toEqual({
      phase: { name: 'b' }, bids: { A: { rejected: false }, B: { rejected: false }, C: { rejected: false } }, list: [9, 2], nested: [{ n: 1 }, { n: 3 }],
    })
  })

  it('append to a list and remove a name', () => {
    const after = apply(sample(), [['append', ['list'], 3], ['append', ['list'], 4], ['remove', ['bids', 'A']]])
    expect(after.list).toEqual([1, 2, 3, 4])
    expect(after.bids).toEqual({ B: { rejected: false } })
  })

  it('leave the view before as it was, and share what they did not touch', () => {
    const before = Object.freeze({ ...sample(), bids: Object.freeze(sample().bids), list: Object.freeze(sample().list) as number[] })
    const after = apply(before, [['set', ['bids', 'A', 'rejected'], true], ['append', ['list'], 3]])
    expect(before).toEqual(sample())
    expect(after.bids['B']).toBe(before.bids['B'])
    expect(after.phase).toBe(before.phase)
    expect(after.nested).toBe(before.nested)
    expect(after.bids).not.toBe(before.bids)
    expect(after.bids['A']).not.toBe(before.bids['A'])
  })

  it('share everything when there are none', () => {
    const before = sample()
    expect(apply(before, [])).toBe(before)
  })

  it('never change a value that came with an earlier change of another view', () => {
    const value = { rejected: false }
    const once = apply(sample(), [['set', ['bids', 'C'], value]])
    const twice = apply(once, [['set', ['bids', 'C', 'rejected'], true]])
    expect([value.rejected, once.bids['C']?.rejected, twice.bids['C']?.rejected]).toEqual([false, false, true])
  })

  it.each<[string, Change]>([
    ['an unknown word', ['swap', ['phase'], 1]],
    ['no path', ['set', [], 1]],
    ['a way through what is not there', ['set', ['nowhere', 'name'], 1]],
    ['a way through a value', ['set', ['phase', 'name', 'x'], 1]],
    ['a place past the end of a list', ['set', ['list', 2], 1]],
    ['a place before it', ['set', ['list', -1], 1]],
    ['half a place', ['set', ['list', 0.5], 1]],
    ['a name in a list', ['set', ['list', 'length'], 0]],
    ['appending to what is no list', ['append', ['phase'], 1]],
    ['appending to what is not there', ['append', ['nothing'], 1]],
    ['removing what is not there', ['remove', ['bids', 'Z']]],
    ['removing from a list', ['remove', ['list', 0]]],
    ['a prototype as the last step', ['set', ['__proto__'], { polluted: true }]],
    ['a prototype on the way', ['set', ['__proto__', 'polluted'], true]],
    ['a constructor on the way', ['set', ['constructor', 'prototype', 'polluted'], true]],
  ])('are no longer followed: %s', (_what, change) => {
    const before = sample()
    expect(() => apply(before, [change])).toThrow(Diverged)
    expect(before).toEqual(sample())
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
