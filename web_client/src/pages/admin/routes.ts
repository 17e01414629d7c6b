import type { RouteRecordRaw } from 'vue-router'
import type { Office } from '@/protocol/generated/names'
import AdminFrame from './AdminFrame.vue'

declare module 'vue-router' {
  interface RouteMeta {
    /** The office whose work a page is. Others may open it and read why it is not theirs. */
    desk?: Office
  }
}

type Page = NonNullable<RouteRecordRaw['component']>

const page = (path: string, desk: Office | null, component: Page): RouteRecordRaw => ({
  path,
  name: `admin-${path.replace('/', '-')}`,
  component,
  meta: { title: `admin.menu.${path.replace('/', '-')}`, ...(desk === null ? {} : { desk }) },
})

const deletions = (): Promise<unknown> => import('./DeletionsPage.vue')

export default [
  { path: '/password', name: 'password', component: () => import('./OwnPassword.vue'), meta: { title: 'admin.menu.password' } },
  {
    path: '/admin',
    component: AdminFrame,
    children: [
      { path: '', name: 'admin', redirect: '/admin/password' },
      { path: 'system', redirect: '/admin/sessions' },
      { path: 'security', redirect: '/admin/accounts' },
      { path: 'audit', redirect: '/admin/log' },
      page('sessions', 'system', () => import('./SessionsPage.vue')),
      page('sessions/new', 'system', () => import('./NewSessionPage.vue')),
      page('tenders', 'system', () => import('./TendersPage.vue')),
      page('documents', 'system', () => import('./DocumentsPage.vue')),
      page('places', 'system', () => import('./PlacesPage.vue')),
      page('workstations', 'system', () => import('./WorkstationsPage.vue')),
      page('cameras', 'system', () => import('./CamerasPage.vue')),
      page('accounts', 'security', () => import('./AccountsPage.vue')),
      page('tokens', 'security', () => import('./TokensPage.vue')),
      page('deletions', 'security', deletions),
      page('log', 'audit', () => import('./LogPage.vue')),
      page('confirmations', 'audit', deletions),
      page('keys', 'audit', () => import('./KeysPage.vue')),
      page('password', null, () => import('./PasswordPage.vue')),
    ],
  },
] satisfies RouteRecordRaw[]
