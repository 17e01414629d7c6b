import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import type { Office, Role } from '@/protocol/generated/names'
import { bringAllWords } from './i18n'
import { useMe } from '@/session/me'
import { useSession } from '@/session/session'

declare module 'vue-router' {
  interface RouteMeta {
    /** Anybody may open it; elsewhere one logs in first. */
    open?: boolean
    /** Offices of the house that may open it. */
    offices?: readonly Office[]
    /** Who of a session may open it: members of the committee, or holders of these offices of it. */
    roles?: readonly (Role | 'member')[]
    /** The wall and the replay are dark. */
    dark?: boolean
    /** The key of its title. */
    title?: string
  }
}

const found = import.meta.glob<RouteRecordRaw[]>('../pages/*/routes.ts', {
  eager: true,
  import: 'default',
})

export const router = createRouter({
  history: createWebHistory(),
  routes: Object.values(found).flat(),
})

router.beforeEach(async (to) => {
  if (to.meta.open) return true
  const me = await useMe().known()
  if (me === null) return { name: 'login', query: { to: to.fullPath } }
  if (to.meta.offices && !(me.office && to.meta.offices.includes(me.office)))
    return { name: 'forbidden' }
  return true
})

// What is read before one sits down at a desk; the words of all desks come meanwhile.
const BEFORE: ReadonlySet<unknown> = new Set(['lobby', 'forbidden', 'missing'])

router.beforeResolve(async (to) => {
  if (to.name === 'login') return
  const coming = bringAllWords()
  if (!BEFORE.has(to.name)) await coming
})

router.afterEach((to, _from, failure) => {
  // A form with something unsent in it has kept the page.
  if (failure) return
  document.documentElement.classList.toggle('dark', to.meta.dark === true)
  followSession(to)
})

/** The session that an address names is joined, and left with it. */
function followSession(to: RouteLocationNormalized): void {
  const session = useSession()
  const wanted = to.params['session']
  if (typeof wanted === 'string') void session.open(wanted)
  else if (session.id !== null) session.close()
}
