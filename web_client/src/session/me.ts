import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Me } from '@/protocol/generated/rest'
import { call, whenLoggedOut } from '@/protocol/http'
import { Refusal } from '@/protocol/refusal'

/** Who sits at this browser. Nothing of it is kept but the cookies, which no script can read. */
export const useMe = defineStore('me', () => {
  const me = shallowRef<Me | null>(null)
  const asked = shallowRef<Promise<Me | null> | null>(null)
  const loggedIn = computed(() => me.value !== null)
  const office = computed(() => me.value?.office ?? null)
  /** Whether what is shown and said here is recorded. */
  const records = computed(() => me.value?.records ?? true)

  /** Who one is, asked of the server once. */
  function known(): Promise<Me | null> {
    asked.value ??= call('who_am_i').then(entered, forgotten)
    return asked.value
  }

  /** Raises Refusal: `wrong_credentials`, `log_in_throttled`, `account_disabled`. */
  async function logIn(login: string, password: string): Promise<void> {
    entered(await call('log_in', { body: { login, password } }))
  }

  /** Makes this browser the one of the workstation that a seat code was given out for. Raises Refusal: `pairing_code_unknown`, `pairing_throttled`. */
  async function pair(code: string): Promise<void> {
    await call('pair_this_browser', { body: { code: code.trim() } })
    entered(await call('who_am_i'))
  }

  async function logOut(): Promise<void> {
    try {
      await call('log_out')
    } finally {
      forget()
    }
  }

  function entered(who: Me): Me {
    asked.value = Promise.resolve(who)
    return (me.value = who)
  }

  function forgotten(error: unknown): null {
    asked.value = null
    if (!(error instanceof Refusal)) throw error
    me.value = null
    return null
  }

  function forget(): void {
    me.value = asked.value = null
  }

  whenLoggedOut(forget)
  return { me, loggedIn, office, records, known, logIn, pair, logOut, forget }
})
