import { computed, reactive, ref, type ComputedRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import {
  appointmentsOf, emptyDraft, faultsOf, slotsOf, stepOf, STEPS,
  type Draft, type DraftFault, type Step,
} from '@/components/admin/draft'
import type { TenderFile, TenderSeat } from '@/components/admin/tender'
import { call } from '@/protocol/http'
import type { Account, FieldProblem, Workstation } from '@/protocol/generated/rest'
import type { Refusal } from '@/protocol/refusal'
import { useAct, type Act } from './act'
import { useAccounts, useCenters, useVenues, useWorkstations } from './directory'
import type { List } from './list'

export interface SettingUp {
  draft: Draft
  at: Ref<Step>
  place: ComputedRef<number>
  /** How many steps have been behind the reader already. */
  reached: Ref<number>
  faults: ComputedRef<DraftFault[]>
  faulty: ComputedRef<ReadonlySet<Step>>
  /** Steps that were left once: from then on they say what is missing. */
  tried: Ref<Set<Step>>
  /** What each account is already, in words. */
  taken: ComputedRef<Map<string, string>>
  /** Whoever may be appointed: nobody with an office of the house. */
  accounts: ComputedRef<Account[]>
  workstations: List<Workstation>
  creating: Act
  entering: Act
  /** The server's no, at the step it is about. */
  refusal: ComputedRef<Refusal | null>
  problems: ComputedRef<readonly FieldProblem[]>
  choose: (id: string, tender: TenderFile) => void
  go: (step: Step) => void
  forward: () => void
  enter: (missing: readonly TenderSeat[]) => Promise<void>
  create: () => Promise<void>
}

/** Setting up a session, step by step; `made` is told of the one that was created. */
export function useSettingUp(made: (session: string) => void): SettingUp {
  const draft = reactive(emptyDraft())
  const walk = useWalk(draft)
  const everybody = useAccounts()
  const accounts = computed(() => (everybody.items.value ?? []).filter(({ office }) => office === null))
  const workstations = useWorkstations()
  const creating = useAct()
  const { entering, enter } = useEntering(draft, workstations)
  const asked = ref<Step | null>(null)

  function choose(id: string, tender: TenderFile): void {
    if (id !== draft.id) Object.assign(draft, { ...emptyDraft(), rehearsal: draft.rehearsal })
    Object.assign(draft, { id, tender })
    creating.forget()
  }

  async function create(): Promise<void> {
    const { id: tender, title, rehearsal } = draft
    if (tender === null) return
    const body = { tender, appointments: appointmentsOf(draft), rehearsal: rehearsal === true, ...(title.trim() === '' ? {} : { title: title.trim() }) }
    if (await creating.run(async () => made((await call('open_session', { body })).id))) return
    const refused = creating.refusal.value
    if (refused === null) return
    asked.value = stepOf(refused.code, refused.params['account'] ?? refused.params['principal'], draft)
    walk.go(asked.value)
  }

  return {
    draft, ...walk, accounts, workstations, creating, entering, choose, enter, create,
    taken: useTaken(draft),
    refusal: computed(() => (asked.value === walk.at.value ? creating.refusal.value : null)),
    problems: computed(() => creating.refusal.value?.errors ?? []),
  }
}

type Walk = Pick<SettingUp, 'at' | 'place' | 'reached' | 'faults' | 'faulty' | 'tried' | 'go' | 'forward'>

/** Going through the steps, and what each still lacks. */
function useWalk(draft: Draft): Walk {
  const at = ref<Step>('tender')
  const reached = ref(0)
  const tried = ref(new Set<Step>())
  const place = computed(() => STEPS.indexOf(at.value))
  const faults = computed(() => faultsOf(draft))
  const faulty = computed(() => new Set(faults.value.map(({ step }) => step)))

  function go(step: Step): void {
    tried.value.add(at.value)
    at.value = step
    reached.value = Math.max(reached.value, STEPS.indexOf(step))
  }

  function forward(): void {
    const next = STEPS[place.value + 1]
    tried.value.add(at.value)
    // What follows rests on the committee, the offices and the kind; a later step cannot be judged without them.
    if (next !== undefined && !faulty.value.has(at.value)) go(next)
  }

  return { at, reached, tried, place, faults, faulty, go, forward }
}

/** What accounts are in the draft, so that nobody is appointed twice. */
function useTaken(draft: Draft): ComputedRef<Map<string, string>> {
  const { t } = useI18n()
  return computed(() => {
    const found = new Map<string, string>()
    if (draft.tender === null) return found
    for (const { id, alias } of draft.tender.committee ?? []) {
      const account = draft.members[id]
      if (account) found.set(account, alias)
    }
    for (const { key, role } of slotsOf(draft.tender))
      for (const account of draft.officers[key] ?? []) found.set(account, t(`trade.role.${role}`))
    return found
  })
}

/** Workstations that a tender names and nobody has entered yet, with their venues and centres. */
function useEntering(draft: Draft, workstations: List<Workstation>): Pick<SettingUp, 'entering' | 'enter'> {
  const entering = useAct()
  const venues = useVenues()
  const centers = useCenters()

  async function place(id: string): Promise<void> {
    const title = draft.tender?.venues?.find((venue) => venue.id === id)?.title ?? id
    // A file names venues only: a new one gets a centre of its own, to be put right where centres are entered.
    if (!centers.items.value?.some((known) => known.id === id))
      await call('put_center', { path: { id }, body: { title } })
    await call('put_venue', { path: { id }, body: { center: id, title } })
    await venues.reload()
  }

  async function enter(missing: readonly TenderSeat[]): Promise<void> {
    await entering.run(async () => {
      for (const { workstation: id, venue } of missing) {
        if (!venues.items.value?.some((known) => known.id === venue)) await place(venue)
        await call('put_workstation', { path: { id }, body: { venue, title: id } })
      }
    })
    await workstations.reload()
  }

  return { entering, enter }
}
