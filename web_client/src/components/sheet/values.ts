import { compare, isDecimal, onGrid, subtract } from '@/session/decimal'
import type { Criterion } from '@/session/shapes'
import type { ValueFault } from '@/session/shapes-of-drafts'

const MAX_PLACES = 6
const FULL_WIDTH = /[０-９．。，、－＋]/g
const HALF: Record<string, string> = { '．': '.', '。': '.', '，': '.', '、': '.', '－': '-', '＋': '+' }

/** What a person typed as the server reads it: half-width, one point, no needless signs. Nothing is rounded. */
export function tidy(typed: string): string {
  const half = typed
    .trim()
    .replace(FULL_WIDTH, (sign) => HALF[sign] ?? String(sign.charCodeAt(0) - '０'.charCodeAt(0)))
    .replace(/^\+/, '')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.$/, '')
  return half.replace(/^(-?)0+(?=\d)/, '$1')
}

/** Why this text may not stand in a cell of this item; null when it may. */
export function valueFault(criterion: Criterion, value: string): ValueFault | null {
  switch (criterion.kind) {
    case 'pass_fail':
      return value === 'pass' || value === 'fail' ? null : 'value_unknown'
    case 'deduction':
      return value === 'apply' || value === 'none' ? null : 'value_unknown'
    case 'fixed':
      return isNumber(value) ? listFault(criterion, value) : 'value_not_a_number'
    default:
      return isNumber(value) ? rangeFault(criterion, value) : 'value_not_a_number'
  }
}

/** A failed item and an applied deduction must be explained; others where the tender says so. */
export function needsReason(criterion: Criterion, value: string): boolean {
  return criterion.reason_required || value === 'fail' || value === 'apply'
}

/** What may be chosen where nothing is typed; null where a number is typed. */
export function choices(criterion: Criterion): readonly string[] | null {
  if (criterion.kind === 'pass_fail') return ['pass', 'fail']
  if (criterion.kind === 'deduction') return ['none', 'apply']
  return criterion.kind === 'fixed' ? criterion.values : null
}

/** The most points an item can give; null for one that gives none. */
export function fullMark(criterion: Criterion): string | null {
  if (criterion.kind === 'pass_fail') return null
  if (criterion.points !== null) return criterion.points
  return criterion.values.reduce<string | null>(
    (most, value) => (most === null || compare(value, most) > 0 ? value : most),
    null,
  )
}

/** Points one cell is worth; null for pass/fail items and for values that may not stand. */
export function pointsOf(criterion: Criterion, value: string): string | null {
  if (criterion.kind === 'pass_fail' || valueFault(criterion, value) !== null) return null
  if (criterion.kind === 'range' || criterion.kind === 'fixed') return value
  const full = fullMark(criterion) ?? '0'
  if (criterion.kind === 'deduction_range') return subtract(full, value)
  return value === 'apply' ? subtract(full, criterion.deduction ?? '0') : full
}

/** The place of the band that holds a value; −1 when none does. */
export function bandOf(criterion: Criterion, value: string): number {
  if (!isNumber(value)) return -1
  return criterion.bands.findIndex(
    ({ low, high, includes_high }) =>
      compare(value, low) >= 0 && compare(value, high) < (includes_high ? 1 : 0),
  )
}

/** How many decimals the cells of an item are shown with. */
export function placesOf(criterion: Criterion): number {
  const texts = [criterion.interval, ...criterion.values].filter((text) => text !== null)
  return Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0))
}

function isNumber(value: string): boolean {
  return isDecimal(value) && (value.split('.')[1]?.length ?? 0) <= MAX_PLACES && !/^-0*(\.0*)?$/.test(value)
}

function listFault(criterion: Criterion, value: string): ValueFault | null {
  return criterion.values.some((one) => compare(one, value) === 0) ? null : 'value_not_in_list'
}

function rangeFault(criterion: Criterion, value: string): ValueFault | null {
  const most = criterion.points ?? '0'
  if (compare(value, '0') < 0 || compare(value, most) > 0) return 'value_out_of_range'
  if (criterion.interval === null || compare(value, most) === 0) return null
  return onGrid(value, criterion.interval) ? null : 'value_off_interval'
}
