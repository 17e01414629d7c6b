import type { RouteRecordRaw } from 'vue-router'
import type { Role } from '@/protocol/generated/names'

const roles: Role[] = ['witness', 'center_staff', 'sub_venue_contact']
const meta = { roles, title: 'trade.desk.witness' }

export default [
  {
    path: '/s/:session/witness',
    component: () => import('./WitnessPage.vue'),
    meta,
    children: [
      { path: '', name: 'witness', meta, component: () => import('./VenueDesk.vue') },
      { path: 'record', name: 'witness-record', meta, component: () => import('./RecordPage.vue') },
      { path: 'minutes', name: 'witness-minutes', meta, component: () => import('./MinutesPage.vue') },
    ],
  },
] satisfies RouteRecordRaw[]
