import { describe, expect, it } from 'vitest'
import { compare, grouped, isDecimal, onGrid, padded, subtract, sum } from '@/session/decimal'

/** The same numbers every time. */
function* drawn(count: number): Generator<[bigint, number]> {
  let state = 20160101n
  for (let n = 0; n < count; n += 1) {
    state = (state * 6364136223846793005n + 1442695040888963407n) & ((1n << 64n) - 1n)
    const places = Number(state % 7n)
    const units = (state >> 8n) % 10n ** BigInt(1 + Number((state >> 4n) % 20n))
    yield [(state >> 3n) % 2n === 0n ? units : -units, places]
  }
}

/** Another way to write it than the module's own. */
function text(units: bigint, places: number): string {
  const one = 10n ** BigInt(places)
  const size = units < 0n ? -units : units
  const fraction = places === 0 ? '' : `.${String((size % one) + one).slice(1)}`
  return `${units < 0n ? '-' : ''}${size / one}${fraction}`
}
const MOST = 6
const raised = ([units, places]: [bigint, number]): bigint => units * 10n ** BigInt(MOST - places)

describe('a decimal', () => {
  const numbers = [...drawn(600)]
  const pairs = numbers.slice(1).map((right, at) => [numbers[at]!, right] as const)

  it('compares as whole numbers of its smallest unit do', () => {
    for (const [left, right] of pairs) {
      const expected = raised(left) < raised(right) ? -1 : raised(left) > raised(right) ? 1 : 0
      expect(compare(text(...left), text(...right))).toBe(expected)
    }
    expect(compare('1.50', '1.5')).toBe(0)
    expect(compare('-0', '0')).toBe(0)
    expect(compare('0.1', '0.09999999999999999999')).toBe(1)
  })

  it('adds and subtracts without losing anything', () => {
    for (const [left, right] of pairs) {
      const places = Math.max(left[1], right[1])
      const down = 10n ** BigInt(MOST - places)
      expect(sum([text(...left), text(...right)])).toBe(text((raised(left) + raised(right)) / down, places))
      expect(subtract(text(...left), text(...right))).toBe(text((raised(left) - raised(right)) / down, places))
    }
    expect(sum(['0.1', '0.2'])).toBe('0.3')
    expect(sum([])).toBe('0')
  })

  it('lies on a grid when it is a whole number of steps', () => {
    for (const [number, step] of pairs) {
      const expected = step[0] !== 0n && raised(number) % raised(step) === 0n
      expect(onGrid(text(...number), text(...step))).toBe(expected)
    }
    expect(onGrid('10.5', '0.5')).toBe(true)
    expect(onGrid('10.3', '0.5')).toBe(false)
    expect(onGrid('1', '0')).toBe(false)
  })

  it('is shown with more places, never with fewer', () => {
    expect([padded('3', 1), padded('3.25', 1), padded('-0.5', 2), padded('7', 0)]).toEqual(['3.0', '3.25', '-0.50', '7'])
    expect([grouped('2288231.72'), grouped('999'), grouped('-1000000')]).toEqual(['2,288,231.72', '999', '-1,000,000'])
  })

  it('is nothing else', () => {
    for (const no of ['', '.', '1.', '.5', '+1', '1e3', '１', ' 1', '1 ', 'NaN', '0x1', '1,000', '--1']) {
      expect(isDecimal(no)).toBe(false)
      expect(() => compare(no, '0')).toThrow(SyntaxError)
    }
  })
})
