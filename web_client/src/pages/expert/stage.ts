import { defineAsyncComponent, type Component } from 'vue'
import type { View } from '@/protocol/view'
import CheckInStage from './CheckInStage.vue'
import DeclarationStage from './DeclarationStage.vue'
import EndStage from './EndStage.vue'
import LeadStage from './LeadStage.vue'
import PriceStage from './PriceStage.vue'
import SigningStage from './SigningStage.vue'
import SummaryStage from './SummaryStage.vue'
import WaitStage from './WaitStage.vue'

export type Stage =
  | 'check_in' | 'declaration' | 'recused' | 'lead' | 'review' | 'abnormal_price'
  | 'price' | 'summary' | 'signing' | 'end'

export const STAGES: Record<Stage, Component> = {
  check_in: CheckInStage,
  declaration: DeclarationStage,
  recused: WaitStage,
  lead: LeadStage,
  // Documents and sheet are the large part of this page, and come beside it.
  review: defineAsyncComponent(() => import('./ReviewStage.vue')),
  abnormal_price: WaitStage,
  price: PriceStage,
  summary: SummaryStage,
  signing: SigningStage,
  end: EndStage,
}

/** What stands before a member now. */
export function stageOfView(view: View): Stage {
  const { name, over } = view.phase
  if (over) return 'end'
  if (view.me.recused) return 'recused'
  // A seat that was released is taken again before anything else is done from it.
  if (!view.me.seated || name === 'check_in') return 'check_in'
  if (name === 'preliminary' || name === 'detailed') return 'review'
  return name as Stage
}

/** What a member may ask for at his seat, and how it stands. */
export interface Asks {
  seated: boolean
  independent: boolean
  hand: number
  hands: number
  leave: 'none' | 'asked' | 'granted'
  moreTime: 'no' | 'may' | 'asked' | 'due'
}

export function asks(view: View): Asks {
  const me = view.me.member ?? ''
  const hands = view.speaking?.hands ?? []
  const leave = view.leaves?.[me] ?? null
  return {
    seated: view.me.seated,
    independent: reviewing(view),
    hand: hands.indexOf(me) + 1,
    hands: hands.length,
    leave: leave === null ? 'none' : leave.granted === null ? 'asked' : 'granted',
    moreTime: moreTime(view, me),
  }
}

// From the election of the lead on, until the report lies before the members.
const STOPPABLE: ReadonlySet<string> = new Set(['lead', 'preliminary', 'abnormal_price', 'detailed', 'price', 'summary'])

/** 停止评标 is possible: the engine's own phases of it. */
export function mayStop(view: View): boolean {
  return STOPPABLE.has(view.phase.name)
}

/** A section is under individual review: talk is closed. */
export function reviewing(view: View): boolean {
  const name = view.phase.name
  return (name === 'preliminary' || name === 'detailed') && view.speaking?.open !== true
}

function moreTime(view: View, me: string): Asks['moreTime'] {
  const name = view.phase.name
  if (name !== 'preliminary' && name !== 'detailed') return 'no'
  if (view.more_time?.asked.includes(me)) return 'asked'
  const due = view.more_time?.due ?? null
  return due !== null && due >= view.phase.since ? 'due' : 'may'
}
