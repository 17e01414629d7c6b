import type { RouteRecordRaw } from 'vue-router'

const meta = { roles: ['agency_lead' as const], title: 'trade.desk.host' }

export default [
  {
    path: '/s/:session/host',
    component: () => import('./HostPage.vue'),
    meta,
    children: [
      { path: '', name: 'host', meta, component: () => import('./Overview.vue') },
      { path: 'roll', name: 'host-roll', meta, component: () => import('./RollPage.vue') },
      { path: 'notices', name: 'host-notices', meta, component: () => import('./NoticesPage.vue') },
      { path: 'alarms', name: 'host-alarms', meta, component: () => import('./AlarmsPage.vue') },
      { path: 'people', name: 'host-people', meta, component: () => import('./PeoplePage.vue') },
      { path: 'result', name: 'host-result', meta, component: () => import('./ResultPage.vue') },
      { path: 'minutes', name: 'host-minutes', meta, component: () => import('./MinutesPage.vue') },
      { path: 'end', name: 'host-end', meta, component: () => import('./EndPage.vue') },
    ],
  },
] satisfies RouteRecordRaw[]
