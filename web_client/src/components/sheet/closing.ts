import type { SectionPart, View } from '@/session/shapes'
import type { Draft } from './draft'
import { same } from './moves'
import { keyOf, placeOf, type Place, type Sheet } from './sheet'

/** What the check before closing finds in one section, and how far its closing is. */
export interface SectionCheck {
  id: string
  title: string
  mine: boolean
  missing: Place[]
  /** Typed, and not handed in: out of range, without its reason, refused. */
  faults: Place[]
  finished: boolean
  /** The check re-opened these for their scorers. */
  reopened: Place[]
  /** Aliases of those who have not finished. */
  waitingFor: string[]
  mayClose: boolean
  mayCloseGroup: boolean
  groupClosed: boolean
  revealed: boolean
}

/** Nothing here looks into another's sheet: only finished or not. */
export function checks(
  sheet: Sheet,
  drafts: ReadonlyMap<string, Draft>,
  unsent: ReadonlyMap<string, 'waiting' | 'refused'>,
): SectionCheck[] {
  const open = sheet.groups.filter(({ section }) => sheet.view.sections?.[section.id] !== undefined)
  // Few cells are touched at a time, and the sheet may have thousands.
  const touched = sheet.inOrder([...new Set([...drafts.keys(), ...unsent.keys()])].map(placeOf))
  return open.map(({ section, criteria }) => {
    const ids = new Set(criteria.map((item) => item.id))
    const places = touched.filter(({ criterion }) => ids.has(criterion))
    const faults = places.filter(
      ({ bid, criterion }) =>
        (drafts.get(keyOf(bid, criterion))?.fault ?? null) !== null || unsent.get(keyOf(bid, criterion)) === 'refused',
    )
    const underWay = places.some(({ bid, criterion }) => unsent.get(keyOf(bid, criterion)) === 'waiting')
    return stateOf(sheet, section.id, section.title, ids, faults, underWay)
  })
}

function stateOf(
  sheet: Sheet, id: string, title: string, criteria: ReadonlySet<string>, faults: Place[], underWay: boolean,
): SectionCheck {
  const { view, member } = sheet
  const progress = view.sections?.[id] ?? UNBEGUN
  const missing = sheet.missing(id).filter((place) => !faults.some((fault) => same(fault, place)))
  const waitingFor = unfinished(view, id)
  const finished = view.committee?.[member]?.finished[id] ?? false
  const mine = sheet.mine(id)
  const groupClosed = progress.group_closed
  const complete = missing.length === 0 && faults.length === 0 && !underWay
  return {
    id, title, mine, missing, faults, finished, waitingFor, groupClosed,
    reopened: Object.entries(progress.reopened).flatMap(([bid, list]) =>
      list.filter((one) => criteria.has(one)).map((criterion) => ({ bid, criterion })),
    ),
    mayClose: mine && !finished && !groupClosed && complete,
    mayCloseGroup: !groupClosed && waitingFor.length === 0 && progress.checked && leads(view, member),
    revealed: progress.revealed > 0,
  }
}

const UNBEGUN: SectionPart = { round: 0, checked: false, group_closed: false, revealed: 0, reopened: {} }

function unfinished(view: View, section: string): string[] {
  return Object.values(view.committee ?? {})
    .filter((member) => member.finished[section] === false)
    .map((member) => member.alias)
}

/** The lead; each member of a committee without one. */
export function leads(view: View, member: string): boolean {
  const lead = view.ballot?.lead ?? null
  return lead === null ? !view.phase.chain.includes('lead') : lead === member
}
