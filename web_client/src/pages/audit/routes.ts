import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/s/:session/audit',
    name: 'audit',
    component: () => import('./AuditPage.vue'),
    meta: { roles: ['auditor'], title: 'trade.desk.audit' },
  },
] satisfies RouteRecordRaw[]
