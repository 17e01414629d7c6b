import { describe, expect, it } from 'vitest'
import { words } from '@/locales'
import en from '@/protocol/generated/sentences.en.json'
import zh from '@/protocol/generated/sentences.zh-CN.json'
import { bring, sentence } from '@/session/words'

function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`))
}
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort()

describe('the words of the pages', () => {
  it('are the same keys in both languages, with the same places to fill in', async () => {
    const chinese = new Map(leaves(await words('zh-CN'), ''))
    const english = new Map(leaves(await words('en'), ''))
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
    const differing = [...chinese].filter(([key, text]) => String(placeholders(text)) !== String(placeholders(english.get(key) ?? '')))
    expect(differing.map(([key]) => key)).toEqual([])
  })
})

describe('the sentences of the server', () => {
  it('are there for every refusal in both languages, with the same places to fill in', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    expect(Object.keys(zh).filter((key) => key.startsWith('refusal.')).length).toBeGreaterThan(50)
    const texts = en as Record<string, string>
    expect(Object.entries(zh).filter(([key, text]) => String(placeholders(text)) !== String(placeholders(texts[key] ?? ''))).map(([key]) => key)).toEqual([])
  })

  it('are filled in, and what is not known stays open', async () => {
    await bring('zh-CN')
    const [key, text] = Object.entries(zh).find(([, one]) => placeholders(one).length === 1)!
    const name = placeholders(text)[0]!.slice(1, -1)
    expect(sentence('zh-CN', key, { [name]: '七' })).toBe(text.replaceAll(`{${name}}`, '七'))
    expect(sentence('zh-CN', key)).toContain('…')
    expect(sentence('zh-CN', 'refusal.no_such_code')).toBeNull()
  })
})
