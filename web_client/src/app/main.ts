import { createPinia } from 'pinia'
import { createApp } from 'vue'
import '@/design/tokens.css'
import '@/design/base.css'
import { useServerTime } from '@/session/time'
import App from './App.vue'
import { followLanguage, i18n } from './i18n'
import { router } from './router'

const app = createApp(App).use(createPinia()).use(i18n)
await followLanguage()
void useServerTime().ask()
app.use(router)
await router.isReady()
app.mount('#app')
