import { describe, expect, it } from 'vitest'
import { arrange, neighbour, type Wish } from '@/components/tiles/arrangement'
import type { WallTile } from '@/components/tiles/tiles'

const tile = (source: string, more: Partial<WallTile> = {}): WallTile => ({
  source, group: 'seats', place: '', title: source, member: null, venue: 'v', microphone: null, state: undefined, note: undefined, alarm: null, ...more,
})
const many = Array.from({ length: 10 }, (_none, place) => tile(`t${place}`))
const wish = (more: Partial<Wish> = {}): Wish => ({ layout: 4, group: 'all', page: 0, selected: null, pinAlarms: true, ...more })
const names = (tiles: readonly WallTile[]): string[] => tiles.map((one) => one.source)

describe('the pages of a wall', () => {
  it('hold as many pictures as were asked for', () => {
    const { visible, pages } = arrange(many, wish({ page: 2 }))
    expect([names(visible), pages]).toEqual([['t8', 't9'], 3])
  })

  it('fall back to the last one when there are fewer', () => {
    expect(arrange(many.slice(0, 3), wish({ page: 2 })).page).toBe(0)
  })

  it('show one group alone', () => {
    const mixed = [tile('a', { group: 'venues' }), tile('b')]
    expect(names(arrange(mixed, wish({ group: 'venues' })).visible)).toEqual(['a'])
  })
})

describe('an alarm on another page', () => {
  const alarmed = many.map((one, place) => (place === 9 ? { ...one, state: 'alarm' as const } : one))

  it('is brought to this one, in the place of the last calm picture', () => {
    expect(names(arrange(alarmed, wish()).visible)).toEqual(['t0', 't1', 't2', 't9'])
  })

  it('never takes the place of what is looked at', () => {
    expect(names(arrange(alarmed, wish({ selected: 't3' })).visible)).toEqual(['t0', 't1', 't9', 't3'])
  })

  it('does not push away the one picture of a page, nor the large one', () => {
    expect(names(arrange(alarmed, wish({ layout: 1, selected: 't0' })).visible)).toEqual(['t0'])
    expect(names(arrange(alarmed, wish({ layout: 'single', selected: 't0' })).visible).slice(0, 2)).toEqual(['t0', 't9'])
  })

  it('stays where it is when nobody wants it pinned', () => {
    expect(names(arrange(alarmed, wish({ pinAlarms: false })).visible)).toEqual(['t0', 't1', 't2', 't3'])
  })
})

describe('the arrow keys', () => {
  it.each([['ArrowRight', 't1'], ['ArrowDown', 't3'], ['ArrowLeft', 't0'], ['ArrowUp', 't0']])('%s leads to %s', (key, to) => {
    expect(neighbour(many.slice(0, 9), 't0', 3, key)).toBe(to)
  })
})
