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
