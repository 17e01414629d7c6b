import type { RouteRecordRaw } from 'vue-router'
import LoginPage from './LoginPage.vue'

export default [
  { path: '/login', name: 'login', component: LoginPage, meta: { open: true, title: 'login.title' } },
] satisfies RouteRecordRaw[]
