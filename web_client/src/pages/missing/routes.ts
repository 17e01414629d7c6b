import type { RouteRecordRaw } from 'vue-router'
import ForbiddenPage from './ForbiddenPage.vue'
import MissingPage from './MissingPage.vue'

export default [
  { path: '/forbidden', name: 'forbidden', component: ForbiddenPage, meta: { title: 'frame.forbidden' } },
  { path: '/:any(.*)*', name: 'missing', component: MissingPage, meta: { open: true, title: 'frame.missing' } },
] satisfies RouteRecordRaw[]
