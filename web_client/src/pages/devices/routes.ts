import type { Component } from 'vue'
import type { RouteRecordRaw } from 'vue-router'

const component = (): Promise<Component> => import('./DevicesPage.vue')

export default [
  { path: '/devices', name: 'workstation', component, meta: { title: 'devices.title' } },
  { path: '/s/:session/devices', name: 'devices', component, meta: { title: 'devices.title' } },
] satisfies RouteRecordRaw[]
