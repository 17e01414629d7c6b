import { computed, type ComputedRef } from 'vue'
import { call } from '@/protocol/http'
import type { Account, Center, Venue, Workstation } from '@/protocol/generated/rest'
import { useList, type List } from './list'

/** The lists that several pages look things up in. */
export const useAccounts = (): List<Account> => useList((query) => call('list_accounts', { query }))
export const useCenters = (): List<Center> => useList((query) => call('list_centers', { query }))
export const useVenues = (): List<Venue> => useList((query) => call('list_venues', { query }))
export const useWorkstations = (): List<Workstation> =>
  useList((query) => call('list_workstations', { query }))

/** Items of a list by their id. */
export function byId<Item extends { id: string }>(list: List<Item>): ComputedRef<Map<string, Item>> {
  return computed(() => new Map((list.items.value ?? []).map((item) => [item.id, item])))
}

/** Whether a new entry would take the id of one that is there, and so change that one unasked. */
export function isTaken(list: List<{ id: string }>, id: string): boolean {
  return list.items.value?.some((item) => item.id === id) === true
}

/** The place that a new entry belongs to where there is only one; of several none is taken for the right one. */
export function soleOf({ items }: List<{ id: string }>): string {
  const [only, another] = items.value ?? []
  return another === undefined ? (only?.id ?? '') : ''
}

/** Whether a text may be the number of a session: what is wrong with it need not be asked. */
export const isSessionId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text)
