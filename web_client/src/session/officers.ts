import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import { call } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'
import { useSession } from './session'

/** The names of those who hold an office in the session at hand, by account, as far as one may know them. */
export const useOfficers = defineStore('officers', () => {
  const session = useSession()
  const names = shallowRef<Readonly<Record<string, string>>>({})

  async function ask(id: string): Promise<void> {
    try {
      const { items } = await call('list_officers', { path: { id } })
      if (session.id !== id) return
      // Who has gone is still named by what he did.
      names.value = { ...names.value, ...Object.fromEntries(items.map(({ account, name }) => [account, name])) }
    } catch (error) {
      // Accounts stand where names would.
      if (!(error instanceof Refusal)) throw error
    }
  }

  watch(() => session.id, () => (names.value = {}))
  watch(
    () => [session.id ?? '', Object.keys(session.view?.offices ?? {}).sort().join()] as const,
    ([id, accounts]) => void (id !== '' && accounts !== '' && ask(id)),
    { immediate: true },
  )

  return { names }
})
