import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { useList, type List } from '@/pages/admin/list'

interface Part {
  items: number[]
  next: string | null
}

function listOf(ask: (query: { after?: string }) => Promise<Part>): List<number> {
  let made: List<number> | null = null
  mount({ setup: () => ((made = useList<number>(ask, 1)), () => null) })
  return made as unknown as List<number>
}

it('a list keeps the answer to what was asked last, whichever comes first', async () => {
  const answers: ((part: Part) => void)[] = []
  const list = listOf(() => new Promise((done) => answers.push(done)))
  const again = list.reload()
  answers[1]?.({ items: [2], next: null })
  await again
  answers[0]?.({ items: [1], next: 'x' })
  await flushPromises()
  expect([list.items.value, list.more.value, list.loading.value]).toEqual([[2], false, false])
})

it('a list goes on behind what it has', async () => {
  const list = listOf(({ after }) => Promise.resolve(after === undefined ? { items: [1], next: 'x' } : { items: [2], next: null }))
  await flushPromises()
  expect(list.table.value).toMatchObject({ more: true, loading: false, refusal: null })
  await list.further()
  expect([list.items.value, list.more.value]).toEqual([[1, 2], false])
})
