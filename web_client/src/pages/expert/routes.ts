import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/s/:session/expert',
    name: 'expert',
    component: () => {
      // The sheet and the documents are most of it, and nearly always what is wanted first or soon.
      void import('./ReviewStage.vue')
      return import('./ExpertPage.vue')
    },
    meta: { roles: ['member'], title: 'trade.desk.expert' },
  },
] satisfies RouteRecordRaw[]
