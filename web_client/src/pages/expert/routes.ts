import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/s/:session/expert',
    name: 'expert',
    component: () => import('./ExpertPage.vue'),
    meta: { roles: ['member'], title: 'trade.desk.expert' },
  },
] satisfies RouteRecordRaw[]
