import type { Role } from '@/protocol/generated/names'
import type { AppointmentForm } from '@/protocol/generated/rest'
import type { TenderFile, TenderMember } from './tender'

/** The steps of setting up a session, in their order. */
export const STEPS = ['tender', 'committee', 'offices', 'seats', 'policies', 'kind', 'review'] as const
export type Step = (typeof STEPS)[number]

/** Offices that look at the whole session, and those that belong to one venue. */
export const WHOLE: readonly Role[] = ['agency_lead', 'supervisor', 'auditor']
export const AT_VENUE: readonly Role[] = ['witness', 'center_staff', 'sub_venue_contact']

/** A session as it is being set up. */
export interface Draft {
  /** The stored tender's id, and what its file says. */
  id: string | null
  tender: TenderFile | null
  /** Accounts by member. */
  members: Record<string, string | null>
  /** Accounts by office: `agency_lead`, `witness@main-hall`. */
  officers: Record<string, string[]>
  title: string
  rehearsal: boolean | null
}

export const emptyDraft = (): Draft => ({
  id: null,
  tender: null,
  members: {},
  officers: {},
  title: '',
  rehearsal: null,
})

/** One office to be filled: at a venue, or for the whole session. */
export interface Slot {
  key: string
  role: Role
  venue: string | null
}

/** The offices of a session over this tender; a contact is wanted at sub-venues only. */
export function slotsOf(tender: TenderFile): Slot[] {
  const whole = WHOLE.map((role) => ({ key: role, role, venue: null }))
  const venues = tender.venues ?? []
  const local = venues.flatMap(({ id, role: kind }) =>
    AT_VENUE.filter((role) => role !== 'sub_venue_contact' || kind !== 'main').map((role) => ({
      key: `${role}@${id}`,
      role,
      venue: id,
    })),
  )
  return [...whole, ...local]
}

/** A fault of the form: the key of its sentence below `adminSession.faults`, and what it is about. */
export interface DraftFault {
  step: Step
  key: string
  of?: string
}

/** What still stands in the way, by step. The server has the last word. */
export function faultsOf(draft: Draft): DraftFault[] {
  const { tender } = draft
  if (tender === null) return [{ step: 'tender', key: 'no_tender' }]
  const faults: DraftFault[] = unready(tender).map((key) => ({ step: 'tender', key }))
  for (const member of tender.committee ?? [])
    if (!draft.members[member.id]) faults.push({ step: 'committee', key: 'no_account', of: member.id })
  if (!draft.officers['agency_lead']?.length) faults.push({ step: 'offices', key: 'no_agency_lead', of: 'agency_lead' })
  faults.push(...doubles(draft, tender))
  if (draft.rehearsal === null) faults.push({ step: 'kind', key: 'no_kind' })
  if (draft.rehearsal === false && tender.sheets) faults.push({ step: 'kind', key: 'sheets' })
  return faults
}

/** Why a sound tender is not enough for a session. */
function unready(tender: TenderFile): string[] {
  const seated = new Set((tender.seats ?? []).map(({ member }) => member))
  const reasons: [boolean, string][] = [
    [!tender.committee?.length, 'no_committee'],
    [(tender.committee ?? []).some(({ id }) => !seated.has(id)), 'member_without_seat'],
    [(tender.venues ?? []).filter(({ role }) => role === 'main').length !== 1, 'no_main_venue'],
    [tender.regime === 'works_two_envelope', 'two_envelopes'],
    [(tender.method ?? 'comprehensive') !== 'comprehensive', 'not_comprehensive'],
    [tender.bids.length === 0, 'no_bids'],
  ]
  return reasons.filter(([wrong]) => wrong).map(([, key]) => key)
}

/** One account is one thing in a session: a member, or an office of one place. */
function doubles(draft: Draft, tender: TenderFile): DraftFault[] {
  const places = new Map<string, string>()
  const faults: DraftFault[] = []
  const take = (account: string, place: string, fault: DraftFault): void => {
    const other = places.get(account)
    if (other !== undefined && (other !== place || place.startsWith('member '))) faults.push(fault)
    places.set(account, place)
  }
  for (const member of tender.committee ?? []) {
    const account = draft.members[member.id]
    if (account) take(account, `member ${member.id}`, { step: 'committee', key: 'account_twice', of: member.id })
  }
  for (const slot of slotsOf(tender))
    for (const account of draft.officers[slot.key] ?? [])
      take(account, slot.venue ?? '', { step: 'offices', key: 'office_twice', of: slot.key })
  return faults
}

/** What each account is to be, as the server takes it. */
export function appointmentsOf(draft: Draft): Record<string, AppointmentForm> {
  const { tender } = draft
  if (tender === null) return {}
  const seats = new Map((tender.seats ?? []).map((seat) => [seat.member, seat.venue]))
  const people: Record<string, AppointmentForm> = {}
  for (const [member, account] of Object.entries(draft.members))
    if (account) people[account] = { member, venue: seats.get(member) ?? null }
  for (const { key, role, venue } of slotsOf(tender))
    for (const account of draft.officers[key] ?? [])
      people[account] = { roles: [...(people[account]?.roles ?? []), role], venue }
  return people
}

/** Members whose name is that of exactly one account, and their accounts. */
export function namesakes(
  members: readonly TenderMember[],
  accounts: readonly { id: string; name: string; disabled: boolean }[],
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const member of members) {
    const alike = accounts.filter(({ name, disabled }) => !disabled && name === (member.name || member.alias))
    const [only] = alike
    if (only !== undefined && alike.length === 1) found[member.id] = only.id
  }
  return found
}

/** At which step a refusal of the server is shown. */
const PLACES: Readonly<Record<string, Step>> = {
  tender_faults: 'tender',
  unknown_tender: 'tender',
  unknown_account: 'committee',
  member_unknown: 'committee',
  members_not_appointed_once: 'committee',
  member_holds_no_office: 'offices',
  appointment_empty: 'offices',
  role_unknown: 'offices',
  venue_unknown: 'offices',
  no_agency_lead: 'offices',
}

export function stepOf(code: string, account: unknown, draft: Draft): Step {
  const officer = Object.values(draft.officers).some((held) => held.includes(String(account)))
  if (code === 'unknown_account' && officer) return 'offices'
  return PLACES[code] ?? 'review'
}
