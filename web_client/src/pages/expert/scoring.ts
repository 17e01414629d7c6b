import { computed, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { Draft, Saving } from '@/components/sheet/draft'
import { same } from '@/components/sheet/moves'
import { keyOf, Sheet, type Place } from '@/components/sheet/sheet'
import { needsReason, tidy, valueFault } from '@/components/sheet/values'
import type { CellEntry, Evidence } from '@/protocol/generated/session'
import { useDrafts } from '@/session/drafts'
import type { Entry } from '@/session/drawer'
import { useSession } from '@/session/session'
import { useTold } from './told'
import { useUnsent } from '@/session/unsent'

export interface Scoring {
  sheet: ComputedRef<Sheet | null>
  drafts: ReadonlyMap<string, Draft>
  current: Ref<Place | null>
  saving: ComputedRef<Saving>
  pick(place: Place): void
  enter(place: Place, typed: string): boolean
  explain(place: Place, reason: string): void
  cite(place: Place, evidence: Evidence | null): void
  draft(place: Place, value: string): void
  forget(place: Place): void
  /** Cells on their way to the server, or refused by it. */
  ways: ComputedRef<ReadonlyMap<string, 'waiting' | 'refused'>>
  /** What stands in a cell, as its author sees it: typed, on its way, or on disk. */
  cellOf(place: Place): { value: string; reason: string; evidence?: Evidence | null } | null
}

/** The reader's sheet of the stage at hand, and everything that is done with it. */
export function useScoring(): Scoring {
  const session = useSession()
  const unsent = useUnsent()
  const store = useDrafts()
  const drafts: ReadonlyMap<string, Draft> = store.drafts
  const current = shallowRef<Place | null>(null)
  const told = useTold()

  const pending = computed(() => newest(unsent.entries.flatMap((entry) => entry.cells)))
  const sheet = computed<Sheet | null>((before) => {
    const view = session.view
    const member = view?.me.member ?? null
    if (view === null || member === null || view.tender === null) return null
    const now = [view, member, stageOf(view.phase.name, view.phase.chain), pending.value] as const
    // The same sheet as long as nothing else stands in it: then nothing of it is drawn anew.
    return before?.shows(...now) ? before : new Sheet(...now)
  })

  const ways = computed(() => waysOf(unsent.entries))
  const cellOf: Scoring['cellOf'] = (place) =>
    drafts.get(keyOf(place.bid, place.criterion)) ?? sheet.value?.cell(place) ?? null

  function enter(place: Place, typed: string): boolean {
    const value = tidy(typed)
    const standing = sheet.value?.cell(place) ?? null
    if (value === '' && standing === null) return forgotten(place)
    const untouched = value === standing?.value && ways.value.get(keyOf(place.bid, place.criterion)) !== 'refused'
    if (untouched && !drafts.has(keyOf(place.bid, place.criterion))) return true
    const before = cellOf(place)
    return handIn(place, { value, reason: before?.reason ?? '', evidence: before?.evidence ?? null, fault: null })
  }

  function explain(place: Place, reason: string): void {
    const before = cellOf(place)
    if ((before?.reason ?? '') === reason) return
    if (before === null || (before.value === '' && !before.evidence)) return explainFirst(place, reason)
    handIn(place, { value: before.value, reason, evidence: before.evidence ?? null, fault: null })
  }

  /** A reason may be written before the score that it is for. */
  function explainFirst(place: Place, reason: string): void {
    if (reason.trim() === '') forgotten(place)
    else store.put(place.bid, place.criterion, { value: '', reason, evidence: null, fault: null })
  }

  function cite(place: Place, evidence: Evidence | null): void {
    const before = cellOf(place)
    const kept = before ?? { value: '', reason: '' }
    handIn(place, { value: kept.value, reason: kept.reason, evidence, fault: null })
  }

  /** False when it stays here, because something is wrong or missing. */
  function handIn(place: Place, wanted: Draft): boolean {
    const item = sheet.value?.criterion(place.criterion)
    if (item === undefined || sheet.value?.standing(place) !== 'open') return false
    if (wanted.value === '' && wanted.evidence === null) return emptied(place)
    const fault = wanted.value === '' ? 'value_not_a_number' : valueFault(item, wanted.value)
    const lacking = fault === null && needsReason(item, wanted.value) && wanted.reason.trim() === ''
    if (fault !== null || lacking) {
      store.put(place.bid, place.criterion, { ...wanted, fault: fault ?? 'reason_missing' })
      return false
    }
    replaced(place)
    void unsent.enter(item.section, place.bid, [entryOf(place, wanted)])
    return forgotten(place)
  }

  /** What was refused and is given anew is not kept twice. */
  function replaced(place: Place): void {
    for (const entry of unsent.refused)
      if (entry.cells.every((cell) => same(cell, place))) void unsent.forget(entry.id)
  }

  function emptied(place: Place): boolean {
    const item = sheet.value?.criterion(place.criterion)
    if (item !== undefined && sheet.value?.cell(place))
      void unsent.enter(item.section, place.bid, [{ ...place, value: null }])
    return forgotten(place)
  }

  function forgotten(place: Place): boolean {
    store.forget(place.bid, place.criterion)
    return true
  }

  function draft(place: Place, value: string): void {
    const before = cellOf(place)
    store.put(place.bid, place.criterion, {
      value, reason: before?.reason ?? '', evidence: before?.evidence ?? null, fault: null,
    })
  }

  begin(sheet, current)
  void store.bring()
  return {
    sheet, drafts, current, saving: told, pick: (place) => void (current.value = place), enter, explain, cite, draft, ways, cellOf,
    forget: (place) => void forgotten(place),
  }
}

/** A sheet is opened at its first missing cell; a cell that is gone is left. */
function begin(sheet: ComputedRef<Sheet | null>, current: Ref<Place | null>): void {
  watch(
    sheet,
    (now) => {
      if (now === null) return void (current.value = null)
      const at = current.value
      const there = at !== null && now.criterion(at.criterion) !== undefined
      if (!there) current.value = now.missing()[0] ?? now.open()[0] ?? firstOf(now)
      else if (at !== null && now.view.bids?.[at.bid] === undefined) current.value = firstOf(now)
    },
    { immediate: true },
  )
}

function firstOf(sheet: Sheet): Place | null {
  const bid = sheet.bids[0]?.id
  const criterion = sheet.groups.flatMap((one) => one.criteria)[0]?.id
  return bid === undefined || criterion === undefined ? null : { bid, criterion }
}

function entryOf(place: Place, { value, reason, evidence }: Draft): CellEntry {
  return { ...place, value, reason: reason.trim(), ...(evidence === null ? {} : { evidence }) }
}

function newest(cells: readonly CellEntry[]): Map<string, CellEntry> {
  return new Map(cells.map((cell) => [keyOf(cell.bid, cell.criterion), cell]))
}

/** Which sheet is shown: that of the preliminary review until the detailed one has begun. */
export function stageOf(phase: string, chain: readonly string[]): 'preliminary' | 'detailed' {
  return chain.indexOf(phase) >= chain.indexOf('detailed') ? 'detailed' : 'preliminary'
}

function waysOf(entries: readonly Entry[]): Map<string, 'waiting' | 'refused'> {
  return new Map(
    entries.flatMap(({ cells, state }) =>
      cells.map((cell) => [keyOf(cell.bid, cell.criterion), state === 'waiting' ? 'waiting' : 'refused'] as const),
    ),
  )
}
