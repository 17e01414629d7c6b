import type { RouteRecordRaw } from 'vue-router'
import LobbyPage from './LobbyPage.vue'
import WayIn from './WayIn.vue'

export default [
  { path: '/', name: 'lobby', component: LobbyPage, meta: { title: 'lobby.title' } },
  { path: '/s/:session', name: 'session', component: WayIn, meta: { title: 'lobby.entering' } },
] satisfies RouteRecordRaw[]
