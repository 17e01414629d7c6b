import { describe, expect, it } from 'vitest'
import { drawn, path, points, within } from '@/components/signing/hand'

describe('a name written by hand', () => {
  const box = { left: 100, top: 50, width: 300, height: 100 }

  it('is told in units of its field, however large the field is on the screen', () => {
    expect(within(box, 100, 50)).toEqual([0, 0])
    expect(within(box, 250, 100)).toEqual([300, 100])
    expect(within(box, 400, 150)).toEqual([600, 200])
  })

  it('stays in its field when the pen leaves it', () => {
    expect(within(box, 20, 900)).toEqual([0, 200])
    expect(within(box, 900, 20)).toEqual([600, 0])
  })

  it('keeps a point only where the pen has moved', () => {
    const begun = drawn([], [10, 10])
    expect(drawn(begun, [11, 11])).toBe(begun)
    expect(drawn(begun, [14, 10])).toEqual([[10, 10], [14, 10]])
  })

  it('counts the points of all strokes', () => {
    expect(points([[[1, 1], [9, 9]], [[5, 5]]])).toBe(3)
  })

  it('is a path that ends where the pen was lifted, and a mark where it only touched', () => {
    expect(path([[0, 0], [10, 0], [10, 20]])).toBe('M0 0Q10 0 10 10Q10 20 10 20')
    expect(path([[5, 6]])).toBe('M5 6h0.1')
    expect(path([])).toBe('')
  })
})
