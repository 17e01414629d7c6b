/** What components may know of the session: shapes and names, nothing that acts. */
export type * from '@/protocol/view'
export type * from '@/protocol/generated/names'
export type { Commands, CommandName } from '@/protocol/generated/session'
export type * from '@/protocol/generated/session'
export type { LineState, Presence } from '@/protocol/connection'
export { Refusal } from '@/protocol/refusal'
