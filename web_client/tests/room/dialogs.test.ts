import { describe, expect, it } from 'vitest'
import { placeOf } from '@/pages/host/dialogs'
import type { View } from '@/session/shapes'

const view = {
  committee: {
    m1: { alias: '采购人代表', workstation: '301-1' },
    m2: { alias: '专家1号', workstation: '301-2' },
    m3: { alias: '专家2号', workstation: 'B2-1' },
    zhang: { alias: '专家甲', workstation: 'B2-2' },
  },
  replaced: { m7: '专家3号' },
} as unknown as View

describe('the place that a substitute is offered', () => {
  it('is the seat of the member before him, under the next alias and number that nobody has had', () => {
    expect(placeOf(view, 'm3')).toEqual({ workstation: 'B2-1', alias: '专家4号', id: 'm8' })
  })

  it('leaves open what is not counted', () => {
    expect(placeOf(view, 'm1')).toEqual({ workstation: '301-1', alias: '', id: 'm8' })
    expect(placeOf(view, 'zhang')).toEqual({ workstation: 'B2-2', alias: '', id: '' })
  })
})
