import type { Evidence } from '@/protocol/generated/session'

/** Why a value may not stand in a cell: the server's own words for it. */
export type ValueFault =
  | 'value_not_a_number'
  | 'value_out_of_range'
  | 'value_off_interval'
  | 'value_not_in_list'
  | 'value_unknown'

/** What was typed and may not be handed in yet, with what is wrong with it. */
export interface Draft {
  value: string
  reason: string
  evidence: Evidence | null
  fault: ValueFault | 'reason_missing' | null
}
