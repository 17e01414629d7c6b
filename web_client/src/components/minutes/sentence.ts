import { originOf } from '@/components/alarms/origin'
import type { View } from '@/session/shapes'
import { duration } from '@/session/words-of-time'
import type { MinutesLine } from './line'

type Params = Record<string, unknown>
export interface Say {
  t: (key: string, params?: Params) => string
  te: (key: string) => boolean
}

/** What the words of a line are made of besides the line itself. */
export interface Names {
  say: Say
  view: View | null
  /** All lines at hand: those of an alarm name it by its number alone. */
  alarms: ReadonlyMap<number, string>
  /** Where sections stand, for those who may not read the tender. */
  sections: ReadonlyMap<string, Place>
  /** The names of those who hold an office, by account. */
  officers: Readonly<Record<string, string>>
}

/** A section by the phase it was opened in, and its number there, if it has neighbours. */
export interface Place {
  phase: string
  number: number
  alone: boolean
}

type Filled = (params: Params, names: Names) => Params

const ENDINGS = ['closed', 'failed', 'evaluation_stopped', 'aborted']

/** A line of the minutes as a sentence, in the language that `say` speaks. */
export function sentenceOf(line: MinutesLine, names: Names): string {
  const { t, te } = names.say
  const usual = `minutes.line.${line.code}${variant(line)}`
  const key = isProcurement(names) && te(`${usual}_gp`) ? `${usual}_gp` : usual
  return te(key) ? t(key, filled(line, names)) + author(line, names) : line.code
}

/** An officer by name; one that nobody can name by his account. */
export function officer(account: unknown, { say, officers }: Names): string {
  if (account === 'system') return say.t('trade.role.system')
  return officers[text(account)] ?? say.t('minutes.account', { account })
}

/** Alarms by number, as words: what was found, and where. */
export function alarmsIn(lines: readonly MinutesLine[], say: Say, view: View | null): Map<number, string> {
  const names: Names = { say, view, alarms: new Map(), sections: new Map(), officers: {} }
  const raised = lines.filter((line) => line.code === 'AlarmRaised')
  return new Map(
    raised.map(({ params }) => [
      Number(params['alarm']),
      `${sourceWords(text(params['source']), names, text(params['kind']))} ${one('alarm', params['kind'], say)}`,
    ]),
  )
}

/** Sections in the order in which their review began, by the phase of the day. */
export function sectionsIn(lines: readonly MinutesLine[]): Map<string, Place> {
  const places = new Map<string, Place>()
  let phase = ''
  for (const { code, params } of lines) {
    if (code === 'PhaseOpened') phase = text(params['phase'])
    const id = text(params['section'])
    if (code !== 'SectionOpened' || places.has(id)) continue
    const beside = [...places.values()].filter((one) => one.phase === phase)
    for (const one of beside) one.alone = false
    places.set(id, { phase, number: beside.length + 1, alone: beside.length === 0 })
  }
  return places
}

/** A camera, a microphone, a screen, by whose it is. */
export function sourceWords(source: string, names: Names, kind = ''): string {
  const { t } = names.say
  const [place, whose = '', what = ''] = source.split('.')
  if (place === 'venue') return t('minutes.source.venue', { venue: venue(whose, names) })
  if (place === 'officer') return t('minutes.source.officer')
  if (place === 'recording') return t('minutes.source.recording')
  // The clock of a screen is its workstation's.
  const word = originOf(kind) === 'seat' || (kind === 'clock_drift' && what === 'screen') ? 'page' : what
  return t(`minutes.source.${word || 'camera'}`, { who: member(whose, names) })
}

export function member(id: unknown, { view }: Names): string {
  return view?.committee?.[text(id)]?.alias ?? view?.replaced?.[text(id)] ?? text(id)
}

export function members(ids: unknown, names: Names): string {
  if (!Array.isArray(ids)) return ''
  if (ids.length > 1 && ids.length === Object.keys(names.view?.committee ?? {}).length)
    return names.say.t('minutes.all_seats')
  return ids.map((id) => member(id, names)).join(names.say.t('minutes.and'))
}

export function phaseWords(phase: unknown, names: Names): string {
  const { say } = names
  const own = `trade.phase_gp.${text(phase)}`
  return isProcurement(names) && say.te(own) ? say.t(own) : say.t(`trade.phase.${text(phase)}`)
}

/** Government procurement has words of its own. */
const isProcurement = ({ view }: Names): boolean => view?.session.regime === 'government_procurement'

function variant({ code, params }: MinutesLine): string {
  const ways: Record<string, string | false> = {
    SessionOpened: params['rehearsal'] === true && '_drill',
    PhaseOpened: ENDINGS.includes(text(params['phase'])) && '_end',
    PauseRequestAnswered: params['granted'] === false && '_declined',
    ReturnedToSeat: params['away_ms'] === 0 && '_stayed',
    AlarmClosed: params['false'] === true && '_false',
    AlarmRaised: originOf(text(params['kind'])) !== 'analysis' && '_workstation',
  }
  return ways[code] || ''
}

/** Whose act it was, to those who are told; how a lead was chosen is nobody's. */
function author({ code, params }: MinutesLine, names: Names): string {
  if (!('by' in params) || code === 'LeadElected') return ''
  return names.say.t('minutes.by', { who: officer(params['by'], names) })
}

function filled({ code, params }: MinutesLine, names: Names): Params {
  const own = OWN[code]?.(params, names) ?? {}
  return { ...params, ...common(params, names), ...own }
}

/** Fields that mean the same wherever they stand. */
function common(params: Params, names: Names): Params {
  const { t } = names.say
  const words: Params = {}
  if ('member' in params) words['member'] = params['member'] === null ? '' : member(params['member'], names)
  if ('members' in params) words['members'] = members(params['members'], names)
  if ('candidates' in params) words['candidates'] = members(params['candidates'], names)
  if ('section' in params) words['section'] = section(params['section'], names)
  if ('phase' in params) words['phase'] = phaseWords(params['phase'], names)
  if ('role' in params) words['role'] = t(`trade.role.${text(params['role'])}`)
  if ('to' in params) words['to'] = t(`trade.role.${text(params['to'])}`)
  if ('away_ms' in params) words['away'] = duration(Number(params['away_ms']))
  if ('alarm' in params) words['alarm'] = alarm(Number(params['alarm']), names)
  if ('source' in params) words['source'] = sourceWords(text(params['source']), names, text(params['kind'] ?? ''))
  if ('begun' in params) words['duration'] = duration(Number(params['ended']) - Number(params['begun']))
  if ('sha256' in params) words['hash'] = text(params['sha256']).slice(0, 12)
  if ('cause' in params) words['cause'] = one('cause', params['cause'], names.say)
  return words
}

const OWN: Record<string, Filled> = {
  IdentityConfirmed: (params, { say }) => ({ method: one('method', params['method'], say) }),
  Appointed: (params, names) => ({
    principal: officer(params['principal'], names),
    roles: list(params['roles']).map((role) => names.say.t(`trade.role.${role}`)).join(names.say.t('minutes.and')),
    venue: params['venue'] ? names.say.t('minutes.at_venue', { venue: venue(text(params['venue']), names) }) : '',
  }),
  Revoked: (params, names) => ({ principal: officer(params['principal'], names) }),
  Recused: (params, { say }) => ({ ground: one('recusal', params['ground'], say) }),
  RecheckRequested: (params, { say }) => ({ ground: one('recheck', params['ground'], say) }),
  EvaluationStopped: (params, { say }) => ({ ground: one('stop', params['ground'], say) }),
  SessionFailed: (params, { say }) => ({ reason: one('fail', params['reason'], say) }),
  VoteConcluded: (params, { say }) => ({ outcome: one('vote', params['outcome'], say) }),
  LeadElected: (params, { say }) => ({ by: one('elected', params['by'], say) }),
  BallotTallied: (params, names) => ({
    votes: Object.entries((params['votes'] ?? {}) as Record<string, number>)
      .map(([who, votes]) => names.say.t('minutes.tally', { member: member(who, names), votes }))
      .join(names.say.t('minutes.and')),
  }),
  SectionOpened: (params, { say }) => ({
    round: Number(params['round']) > 1 ? say.t('minutes.round', { round: params['round'] }) : '',
  }),
  CellsReopened: (params) => ({ count: list(params['cells']).length }),
  Paused: (params, { say }) => ({ kind: one('pause', params['kind'], say), document: bracketed(params['document'], say) }),
  Resumed: (params, { say }) => ({ note: noted(params['note'], say) }),
  RemarkRecorded: (params, names) => ({
    member: params['member'] ? names.say.t('minutes.about', { member: member(params['member'], names) }) : '',
  }),
  LooksRecorded: (params) => ({ count: list(params['looks']).length }),
  SegmentsSealed: (params) => ({ count: list(params['segments']).length }),
  NoticeSent: (params, { say }) => ({ kind: one('notice', params['kind'], say) }),
  IntercomClosed: (params, { say }) => ({ duration: duration(Number(params['ms'])), why: hungUp(params['cause'], say) }),
  AlarmRaised: (params, { say }) => ({ kind: one('alarm', params['kind'], say) }),
  AlarmClosed: (params, { say }) => ({ note: noted(params['note'], say) }),
  DeviceCheckReported: (params, { say }) => ({ checks: checks(params['checks'], say) }),
}

function checks(found: unknown, say: Say): string {
  const wrong = (Array.isArray(found) ? found : []).filter((check: { outcome: string }) => check.outcome !== 'ok')
  if (wrong.length === 0) return say.t('minutes.all_ok')
  return wrong
    .map((check: { what: string; outcome: string }) => `${one('check', check.what, say)} ${one('outcome', check.outcome, say)}`)
    .join(say.t('minutes.and'))
}

function alarm(number: number, { say, alarms }: Names): string {
  const what = alarms.get(number)
  return what === undefined
    ? say.t('minutes.alarm_unknown', { number })
    : say.t('minutes.alarm_known', { number, what })
}

function venue(id: string, { view }: Names): string {
  return view?.venues?.[id]?.title ?? id
}

/** Who may not read the tender knows sections by the phase and their place in it. */
function section(id: unknown, names: Names): string {
  const { say, view, sections } = names
  const title = view?.tender?.sections.find((one) => one.id === id)?.title
  if (title !== undefined) return title
  const place = sections.get(text(id))
  if (place !== undefined) {
    const phase = phaseWords(place.phase, names)
    return place.alone ? phase : say.t('minutes.section_number', { phase, number: place.number })
  }
  const number = Object.keys(view?.sections ?? {}).indexOf(text(id)) + 1
  return number === 0 ? text(id) : say.t('minutes.section_number', { phase: say.t('minutes.review'), number })
}

/** The word for a value of a closed set; a value of a newer server as it is. */
function one(set: string, value: unknown, { t, te }: Say): string {
  const key = `minutes.${set}.${text(value)}`
  return te(key) ? t(key) : text(value)
}

/** Why a call ended, unless somebody ended it. */
function hungUp(cause: unknown, { t, te }: Say): string {
  const key = `minutes.hung_up.${text(cause)}`
  return te(key) ? t(key) : ''
}

const noted = (note: unknown, say: Say): string => (note ? say.t('minutes.noted', { note }) : '')
const bracketed = (document: unknown, say: Say): string => (document ? say.t('minutes.document', { document }) : '')
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const text = (value: unknown): string => (typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value))
