import { describe, expect, it } from 'vitest'
import { apply } from '@/protocol/apply'
import type { View } from '@/protocol/view'
import { PLAYED } from './played'

describe.each(PLAYED)('as $name is told, a view', ({ views, told }) => {
  it('kept in step by every change is the one that the server shows', () => {
    let view = views[0] as View
    told.forEach((changes, number) => {
      view = apply(view, changes)
      const shown = views[number + 1]
      if (shown) expect(view).toEqual(shown)
    })
    expect(Object.keys(views)).toHaveLength(4)
  })

  it('brought up to date at once is the same', () => {
    expect(apply(views[0] as View, told.flat())).toEqual(views[told.length])
  })
})
