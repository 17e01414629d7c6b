import type { RouteRecordRaw } from 'vue-router'

export default [
  {
    path: '/s/:session/wall',
    name: 'wall',
    component: () => import('./WallPage.vue'),
    meta: { roles: ['supervisor'], dark: true, title: 'trade.desk.wall' },
  },
  {
    path: '/s/:session/wall/record',
    name: 'supervision-record',
    component: () => import('./SupervisionRecord.vue'),
    meta: { roles: ['supervisor'], title: 'wall.record.title' },
  },
] satisfies RouteRecordRaw[]
