import { enableAutoUnmount, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, nextTick } from 'vue'
import { createMemoryHistory, createRouter, RouterView, type Router } from 'vue-router'
import { useLeaving } from '@/components/leaving'

enableAutoUnmount(afterEach)

const FORM = `<form @input="touched"><input role="combobox"><textarea /><i v-if="asking">ask</i><button type="button" @click="leave" /></form>`

/** A form on a page, and how often it was closed. */
async function form(sending = true, unsent?: boolean): Promise<{ page: VueWrapper; router: Router; closed: () => number }> {
  let closed = 0
  const Page = defineComponent({
    setup: () => useLeaving(() => sending, () => closed++, () => unsent),
    template: FORM,
  })
  const routes = [{ path: '/', component: Page }, { path: '/other', component: { template: '<p />' } }, { path: '/login', name: 'login', component: { template: '<p />' } }]
  const router = createRouter({ history: createMemoryHistory(), routes })
  await router.push('/')
  const page = mount({ components: { RouterView }, template: '<RouterView />' }, { global: { plugins: [router] }, attachTo: document.body })
  return { page, router, closed: () => closed }
}

const asks = (page: VueWrapper): boolean => page.find('i').exists()

describe('a form that is closed', () => {
  it('closes at once while nothing has been typed, or only looked for in a list', async () => {
    const { page, closed } = await form()
    await page.find('input').setValue('2')
    await page.find('button').trigger('click')
    expect([closed(), asks(page)]).toEqual([1, false])
  })

  it('asks once over what was typed, and asked again is back in its field', async () => {
    const { page, closed } = await form()
    await page.find('textarea').setValue('power failure')
    await page.find('button').trigger('click')
    expect([closed(), asks(page)]).toEqual([0, true])
    await page.find('button').trigger('click')
    expect([closed(), asks(page)]).toEqual([0, false])
    expect(document.activeElement).toBe(page.find('textarea').element)
  })

  it('asks no more when there is nothing to be sent in it', async () => {
    const { page, closed } = await form(false)
    await page.find('textarea').setValue('read only')
    await page.find('button').trigger('click')
    expect(closed()).toBe(1)
  })

  it('may know better than by typing what is not sent', async () => {
    const { page, closed } = await form(false, true)
    await page.find('button').trigger('click')
    expect([closed(), asks(page)]).toEqual([0, true])
  })
})

describe('a page with something unsent on it', () => {
  it('is not left for another, but for the log-in', async () => {
    const { page, router } = await form()
    await page.find('textarea').setValue('power failure')
    await router.push('/other')
    await nextTick()
    expect([router.currentRoute.value.path, asks(page)]).toEqual(['/', true])
    await router.push('/login')
    expect(router.currentRoute.value.path).toBe('/login')
  })

  it('is not loaded anew without a word', async () => {
    const { page } = await form()
    const reload = (): boolean => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
    expect(reload()).toBe(true)
    await page.find('textarea').setValue('power failure')
    expect(reload()).toBe(false)
    page.unmount()
    expect(reload()).toBe(true)
  })
})
