import { useEventListener } from '@vueuse/core'
import { inject, ref, shallowRef, watch, type Ref } from 'vue'
import { matchedRouteKey, onBeforeRouteLeave, type RouteLocationNormalized } from 'vue-router'

/** What a form asks before it is closed over something that was typed and not sent. */
export interface Leaving {
  asking: Readonly<Ref<boolean>>
  /** Hears the `input` events of its fields. */
  touched: (event: Event) => void
  /** Esc, the cross, a click beside: closes where nothing is lost and asks where something is; a second Esc is back in the form. */
  leave: () => void
  stay: () => void
}

/**
 * A form that is not closed over somebody's words without a word. `sending`: whether what is typed in it is still to
 * be sent; `unsent` says instead whether something is, where a form knows that better than by somebody's typing.
 */
export function useLeaving(sending: () => boolean, close: () => void, unsent?: () => boolean | undefined): Leaving {
  const asking = ref(false)
  const typed = shallowRef<HTMLElement | null>(null)
  const lost = (): boolean => unsent?.() ?? (sending() && typed.value !== null)
  watch(sending, () => {
    asking.value = false
    typed.value = null
  })

  function touched({ target }: Event): void {
    // Who looks for something in a list has written nothing.
    if (target instanceof HTMLElement && target.role !== 'combobox') typed.value = target
    asking.value = false
  }

  function leave(): void {
    if (!lost()) close()
    else if (asking.value) stay()
    else asking.value = true
  }

  function stay(): void {
    asking.value = false
    typed.value?.focus()
  }

  useHeldPage(lost, () => (asking.value = true))
  return { asking, touched, leave, stay }
}

/** Keeps a page on which something would be lost: `held` is told where somebody wanted to go; a reload asks the browser's own way. */
export function useHeldPage(lost: () => boolean, held: (to: RouteLocationNormalized) => void): void {
  useEventListener(window, 'beforeunload', (event) => {
    if (lost()) event.preventDefault()
  })
  if (inject(matchedRouteKey, null) === null) return
  onBeforeRouteLeave((to) => {
    // Who is logged out has to go.
    if (!lost() || to.name === 'login') return true
    held(to)
    return false
  })
}
