/** A decimal as the server writes it: optional sign, digits, perhaps a point and digits. */
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

interface Exact {
  units: bigint
  places: number
}

/** Whether a text is a decimal at all. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text)
}

/** −1, 0 or 1. Raises SyntaxError for what is no decimal. */
export function compare(left: string, right: string): -1 | 0 | 1 {
  const [a, b] = aligned(exact(left), exact(right))
  return a < b ? -1 : a > b ? 1 : 0
}

/** The sum, with as many places as the most exact of them. */
export function sum(values: Iterable<string>): string {
  let total: Exact = { units: 0n, places: 0 }
  for (const value of values) {
    const next = exact(value)
    const [a, b, places] = aligned(total, next)
    total = { units: a + b, places }
  }
  return written(total)
}

export function subtract(left: string, right: string): string {
  const [a, b, places] = aligned(exact(left), exact(right))
  return written({ units: a - b, places })
}

/** Whether a value lies on the grid of a step, from zero. */
export function onGrid(value: string, step: string): boolean {
  const [a, b] = aligned(exact(value), exact(step))
  return b !== 0n && a % b === 0n
}

/** With at least so many places, as scores of one column are shown. Nothing is cut. */
export function padded(value: string, places: number): string {
  const number = exact(value)
  if (number.places >= places) return written(number)
  return written({ units: number.units * 10n ** BigInt(places - number.places), places })
}

/** Thousands apart: 2288231.72 → 2,288,231.72. */
export function grouped(value: string): string {
  const [whole = '', fraction] = value.split('.')
  const apart = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? apart : `${apart}.${fraction}`
}

function exact(text: string): Exact {
  const found = DECIMAL.exec(text)
  if (found === null) throw new SyntaxError(`no decimal: ${text}`)
  const [, sign = '', whole = '', fraction = ''] = found
  const units = BigInt(whole + fraction)
  return { units: sign === '-' ? -units : units, places: fraction.length }
}

function aligned(left: Exact, right: Exact): [bigint, bigint, number] {
  const places = Math.max(left.places, right.places)
  const raised = (one: Exact): bigint => one.units * 10n ** BigInt(places - one.places)
  return [raised(left), raised(right), places]
}

function written({ units, places }: Exact): string {
  const sign = units < 0n ? '-' : ''
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const whole = digits.slice(0, digits.length - places)
  return sign + whole + (places > 0 ? `.${digits.slice(-places)}` : '')
}
