import type { Commands, View } from '@/session/shapes'
import type { Asked, AskedKind } from './asking'

type T = (key: string, params?: Record<string, unknown>) => string
/** What is filled in beside a reason. */
export interface Form {
  method: string
  granted: boolean
  candidate: string
  ground: Commands['RequestRecheck']['ground']
  account: string
  role: 'witness' | 'center_staff' | 'sub_venue_contact'
  venue: string
  id: string
  alias: string
  workstation: string
}

/** One dialog: its words, what it asks, and the command it becomes. */
export interface Spec {
  title: string
  consequence?: string
  verb: string
  reason?: string
  optional?: boolean
  phrases?: readonly string[]
  danger?: boolean
  typed?: string
  incomplete?: boolean
  command: (reason: string) => Given
}

export type Given = { [Name in keyof Commands]: [name: Name, args: Commands[Name]] }[keyof Commands]

interface Context {
  t: T
  view: View
  asked: Asked
  form: Form
  /** The member and the officer that are meant, in words. */
  who: string
  officer: string
}

/** The dialog for what is asked. */
export function specOf(context: Context): Spec {
  return SPECS[context.asked.kind](context)
}

/** What a substitute would have of the member before him: the seat, and the next alias and number of the committee. */
export function placeOf(view: View, member: string): Pick<Form, 'workstation' | 'alias' | 'id'> {
  const { committee, replaced } = view
  const former = committee?.[member]
  const ids = [...Object.keys(committee ?? {}), ...Object.keys(replaced ?? {})]
  const aliases = [...Object.values(committee ?? {}).map(({ alias }) => alias), ...Object.values(replaced ?? {})]
  return { workstation: former?.workstation ?? '', alias: following(former?.alias ?? '', aliases), id: following(member, ids) }
}

/** 专家3号 → 专家6号 where 5 are taken; nothing where names are not counted. */
function following(name: string, taken: readonly string[]): string {
  const counted = /^(\D*)(\d+)(\D*)$/
  const [, before, , after] = counted.exec(name) ?? []
  if (before === undefined) return ''
  const numbers = taken.map((one) => counted.exec(one)).filter((found) => found?.[1] === before && found[3] === after)
  return `${before}${Math.max(...numbers.map((found) => Number(found?.[2]))) + 1}${after ?? ''}`
}

const phrases = (t: T, under: string, keys: readonly string[]): string[] => keys.map((key) => t(`${under}.${key}`))

const SPECS: Record<AskedKind, (context: Context) => Spec> = {
  pause: ({ t }) => ({
    title: t('host.pause.title'), consequence: t('host.pause.consequence'), verb: t('host.pause.verb'), reason: t('host.pause.reason'),
    phrases: phrases(t, 'host.pause.phrases', ['network', 'power', 'device']),
    command: (reason) => ['PauseTechnically', { reason }],
  }),
  resume: ({ t }) => ({
    title: t('host.pause.resume_title'), verb: t('host.pause.resume_verb'), reason: t('host.pause.resume_note'), optional: true,
    command: (note) => ['Resume', { note: note.slice(0, 200) }],
  }),
  abort: ({ t }) => ({
    title: t('host.abort.title'), consequence: t('host.abort.consequence'), verb: t('host.abort.verb'), reason: t('host.abort.reason'),
    typed: t('host.abort.typed'), danger: true,
    command: (reason) => ['AbortSession', { reason }],
  }),
  discipline: ({ t }) => ({
    title: t('host.discipline_act.title'), consequence: t('host.discipline_act.consequence'), verb: t('host.discipline_act.verb'),
    command: () => ['AnnounceDiscipline', {}],
  }),
  answer_pause: ({ t, view, form }) => ({
    title: t('host.answer_pause.title'),
    consequence: `${t('host.todo.pause_request.note', { ...view.pause_request })}\n${t('host.answer_pause.consequence')}`,
    verb: t(form.granted ? 'host.answer_pause.granted' : 'host.answer_pause.declined'), reason: t('host.answer_pause.reason'),
    command: (reason) => ['AnswerPauseRequest', { granted: form.granted, reason }],
  }),
  designate: ({ t, form }) => ({
    title: t('host.designate.title'), consequence: t('host.designate.consequence'), verb: t('host.designate.verb'), reason: t('host.designate.reason'),
    incomplete: form.candidate === '',
    command: (reason) => ['DesignateLead', { member: form.candidate, reason }],
  }),
  accept: ({ t }) => ({
    title: t('host_results.accept_title'), consequence: t('host_results.accept_consequence'), verb: t('host_results.accept'),
    command: () => ['AcceptResult', {}],
  }),
  recheck: ({ t, form }) => ({
    title: t('host_results.recheck_title'), consequence: t('host_results.recheck_consequence'), verb: t('host_results.recheck'),
    reason: t('host_results.recheck_reason'),
    command: (reason) => ['RequestRecheck', { ground: form.ground, reason }],
  }),
  appoint: ({ t, form }) => ({
    title: t('host.people.appoint_title'), consequence: t('host.people.members'), verb: t('host.people.appoint_verb'),
    incomplete: form.account.trim() === '',
    command: () => ['Appoint', { principal: form.account.trim(), roles: [form.role], venue: form.venue || null }],
  }),
  confirm: ({ t, asked, form, who }) => ({
    title: t('host.confirm.title', { member: who }), consequence: t('host.confirm.consequence'), verb: t('host.confirm.verb'),
    command: () => ['ConfirmIdentity', { member: asked.member ?? '', method: form.method }],
  }),
  release: ({ t, asked, who }) => ({
    title: t('host.release.title', { member: who }), consequence: t('host.release.consequence'), verb: t('host.release.verb'),
    reason: t('host.release.reason'), phrases: phrases(t, 'host.release.phrases', ['device', 'wrong', 'other']), danger: true,
    command: (reason) => ['ReleaseSeat', { member: asked.member ?? '', reason }],
  }),
  replace: (context) => replaceSpec(context),
  grant_screen: ({ t, view, asked, who }) => ({
    title: t('host.grant_screen.title', { member: who }),
    consequence: t('host.grant_screen.consequence', { clause: view.screens?.[asked.member ?? '']?.clause ?? '' }), verb: t('host.grant_screen.verb'),
    command: () => ['GrantScreen', { member: asked.member ?? '' }],
  }),
  revoke: ({ t, asked, officer }) => ({
    title: t('host.people.revoke_title'), consequence: t('host.people.revoke_consequence', { account: officer }), verb: t('host.people.revoke_verb'),
    reason: t('host.people.reason'), danger: true,
    command: (reason) => ['Revoke', { principal: asked.account ?? '', reason }],
  }),
  handle: ({ t, asked }) => ({
    title: t('host.alarms.handle_title'), verb: t('host.alarms.handle_verb'), reason: t('host.alarms.how'),
    phrases: phrases(t, 'host.alarms.phrases', ['called', 'restored', 'replaced']),
    command: (how) => ['HandleAlarm', { alarm: asked.alarm ?? 0, how }],
  }),
  close: ({ t, asked }) => ({
    title: t('host.alarms.close_title'), verb: t('host.alarms.close_verb'), reason: t('host.alarms.close_note'), optional: true,
    command: (note) => ['CloseAlarm', { alarm: asked.alarm ?? 0, note: note || null }],
  }),
  false: ({ t, asked }) => ({
    title: t('host.alarms.false_title'), verb: t('host.alarms.false_verb'), reason: t('host.alarms.false_note'),
    command: (note) => ['CloseAlarm', { alarm: asked.alarm ?? 0, false: true, note }],
  }),
}

/** The person drawn is of the same kind and discipline as the one who has stepped back. */
function replaceSpec({ t, view, asked, form, who }: Context): Spec {
  const former = view.committee?.[asked.member ?? '']
  const substitute = {
    id: form.id.trim(), alias: form.alias.trim(),
    ...(former ? { seniority: former.seniority, discipline: former.discipline } : {}),
  }
  return {
    title: t('host.replace.title', { member: who }), consequence: t('host.replace.consequence'), verb: t('host.replace.verb'),
    reason: t('host.replace.reason'), phrases: [t('host.replace.phrase')], danger: true,
    incomplete: [form.id, form.alias, form.account, form.workstation].some((part) => part.trim() === ''),
    command: (reason) => [
      'ReplaceMember',
      { member: asked.member ?? '', substitute, principal: form.account.trim(), workstation: form.workstation.trim(), reason },
    ],
  }
}
