/** What a supervisor may do about a seat or all of them, from the mildest to the gravest. */
export const ACTS = ['remark', 'reminder', 'written_notice', 'request_pause', 'pause'] as const
export type Act = (typeof ACTS)[number]

/** What is asked for besides, from the same panel. */
export type Errand = Act | 'screen' | 'clip' | 'handle' | 'false'

/** Whom it is about, and which alarm it answers. */
export interface Aim {
  member: string | null
  source: string | null
  alarm: number | null
  at: number | null
}

/** What was typed. */
export interface Typed {
  text: string
  clause: string
  document: string
  member: string | null
  /** Server time (ms), of a clip. */
  begun: number
  ended: number
}

export type Field = 'text' | 'clause' | 'document' | 'member' | 'span'

/** What each of them asks, in order. */
export const FIELDS: Record<Errand, readonly Field[]> = {
  remark: ['member', 'text'],
  reminder: ['member', 'text'],
  written_notice: ['member', 'text'],
  request_pause: ['clause', 'text'],
  pause: ['clause', 'document'],
  screen: ['clause'],
  clip: ['span'],
  handle: ['text'],
  false: ['text'],
}

/** A document number may follow within a day. */
export const OPTIONAL: ReadonlySet<Field> = new Set(['document', 'member'])

export const isGrave = (errand: Errand): boolean => errand === 'pause' || errand === 'request_pause'
