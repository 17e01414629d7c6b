import { mount, type VueWrapper } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import admin from '@/locales/en/admin.json'
import fault from '@/locales/en/fault.json'
import frame from '@/locales/en/frame.json'
import DataTable from '@/components/admin/DataTable.vue'
import { Refusal } from '@/protocol/refusal'

interface Seat {
  id: string
  size: number
}

const i18n = createI18n({ legacy: false, locale: 'en', messages: { en: { admin, fault, frame } } })
const COLUMNS = [
  { key: 'id', label: 'Seat', order: (row: Seat) => row.id },
  { key: 'size', label: 'Size', order: (row: Seat) => row.size },
]

function table(rows: Seat[] | null, more: Record<string, unknown> = {}): VueWrapper {
  return mount(DataTable<Seat>, {
    props: {
      title: 'Seats', columns: COLUMNS, rows, identity: (row: Seat) => row.id,
      text: (row: Seat) => row.id, emptyTitle: 'None yet', ...more,
    },
    slots: { 'cell-id': `<template #cell-id="{ row }">{{ row.id }}</template>` },
    global: { plugins: [i18n], stubs: { ElButton: { template: '<button><slot /></button>' } } },
  })
}

const seats = (...ids: string[]): Seat[] => ids.map((id, place) => ({ id, size: -place }))
const shown = (found: VueWrapper): string[] => found.findAll('tbody tr').map((row) => row.find('td').text())

describe('a table', () => {
  it('says that it is waiting, and then that there is nothing', async () => {
    const found = table(null)
    expect(found.find('[role=status]').exists()).toBe(true)
    expect(found.text()).not.toContain('None yet')
    await found.setProps({ rows: [] })
    expect(found.text()).toContain('None yet')
  })

  it('orders numbers in words as numbers, both ways, and then as they came', async () => {
    const found = table(seats('B-10', 'B-9', 'A-1'))
    const head = found.find('.er-data-order')
    await head.trigger('click')
    expect(shown(found)).toEqual(['A-1', 'B-9', 'B-10'])
    expect(found.find('th').attributes('aria-sort')).toBe('ascending')
    await head.trigger('click')
    expect(shown(found)).toEqual(['B-10', 'B-9', 'A-1'])
    await head.trigger('click')
    expect(shown(found)).toEqual(['B-10', 'B-9', 'A-1'])
    expect(found.find('th').attributes('aria-sort')).toBe('none')
  })

  it('finds rows that hold every word, whatever their case', async () => {
    const found = table(seats('Hall 1', 'hall 2', 'room 2'))
    await found.find('input').setValue('HALL 2')
    expect(shown(found)).toEqual(['hall 2'])
    await found.find('input').setValue('cellar')
    expect(found.text()).toContain('Nothing matches')
  })

  it('turns pages, and comes back to the last one that is left', async () => {
    const found = table(seats('1', '2', '3', '4', '5'), { pageSize: 2 })
    const next = found.find('[aria-label="Next page"]')
    await next.trigger('click')
    await next.trigger('click')
    expect(shown(found)).toEqual(['5'])
    await found.setProps({ rows: seats('1', '2', '3') })
    expect(shown(found)).toEqual(['3'])
  })

  it('keeps what it has when asking again was refused', () => {
    const found = table(seats('1'), { refusal: new Refusal('unreachable') })
    expect(found.find('[role=alert]').exists()).toBe(true)
    expect(shown(found)).toEqual(['1'])
  })
})
