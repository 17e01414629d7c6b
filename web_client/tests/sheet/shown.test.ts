import { describe, expect, it } from 'vitest'
import { foundBid } from '@/components/sheet/finding'
import type { Sheet } from '@/components/sheet/sheet'
import { keyOf } from '@/components/sheet/sheet'
import { keptRow, rowOf, type Ways } from '@/components/sheet/shown'
import type { BidPart, Criterion } from '@/session/shapes'

const bids = ['A', 'B', 'C', 'D'].map((id) => ({ id, bid: { bidder: `${id} 公司` } as BidPart }))
const cells = new Map([['A', { value: '1', reason: '' }], ['B', { value: '2', reason: '' }]])
const sheet = {
  standing: () => 'open', cell: ({ bid }: { bid: string }) => cells.get(bid) ?? null, shared: () => null, structured: () => null,
} as unknown as Sheet
const item = { id: 't1' } as Criterion
const none: Ways = new Map()
const row = (from: number, to: number, ways: Ways = none) => rowOf(sheet, item, bids.slice(from, to), from, new Map(), ways)

describe('the cells of a row', () => {
  it('are the same row as long as none of them shows anything else', () => {
    const before = row(0, 3)
    expect(keptRow(before, row(0, 3))).toBe(before)
    expect(keptRow(undefined, before)).toBe(before)
  })

  it('stay the same cells but for the one that is on its way', () => {
    const before = row(0, 3)
    const now = keptRow(before, row(0, 3, new Map([[keyOf('B', 't1'), 'waiting']])))
    expect(now).not.toBe(before)
    expect(now.map((one, at) => one === before[at])).toEqual([true, false, true])
    expect(now[1]).toMatchObject({ bid: 'B', way: 'waiting', cell: { value: '2' }, column: 1 })
  })

  it('stay the same cells when the sheet is scrolled, and those that came into sight are new', () => {
    const before = row(0, 3)
    const now = keptRow(before, row(1, 4))
    expect(now.map(({ bid }) => bid)).toEqual(['B', 'C', 'D'])
    expect([now[0] === before[1], now[1] === before[2]]).toEqual([true, true])
  })
})

describe('a bid that is looked for', () => {
  const named = (id: string, bidder: string) => ({ id, bid: { bidder } })
  const all = [named('B1', '中建智能科技'), named('B11', '华信交通'), named('B2', '东方 Traffic')]

  it('is found by its id before all whose ids begin so', () => {
    expect(foundBid(all, 'b1')).toBe('B1')
    expect(foundBid(all, ' B11 ')).toBe('B11')
    expect(foundBid(all, 'B11 华信交通')).toBe('B11')
  })

  it('is found by a part of its name, however it is written', () => {
    expect([foundBid(all, '华信'), foundBid(all, '交通'), foundBid(all, 'traffic')]).toEqual(['B11', 'B11', 'B2'])
    expect([foundBid(all, '没有'), foundBid([], 'B1')]).toEqual([null, null])
  })
})
