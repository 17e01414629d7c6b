import { describe, expect, it } from 'vitest'
import { words } from '@/locales'
import { BYE_CODES, CHAINS, ROLES } from '@/protocol/generated/names'
import chinese from '@/protocol/generated/sentences.zh-CN.json'

type Words = { [key: string]: string | Words }

/** `a.b.c` of every word, with what it says. */
function leaves(tree: Words, path = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : leaves(value, `${path}${key}.`),
  )
}

// After these a page comes back by itself and says nothing.
const COMES_BACK: ReadonlySet<string> = new Set(['restart', 'slow', 'audience_changed', 'unknown_version'])
const ENDED = BYE_CODES.filter((code) => !COMES_BACK.has(code))
const CJK = /[\u3400-\u9fff]/
const both = async (): Promise<[Map<string, string>, Map<string, string>]> => {
  const [zh, en] = await Promise.all([words('zh-CN'), words('en')])
  return [new Map(leaves(zh as Words)), new Map(leaves(en as Words))]
}

describe('the words of the pages', () => {
  it('are Chinese where they are Chinese, and English where they are English', async () => {
    const [zh, en] = await both()
    // What a clerk has to look for in a Chinese file is called what it is called there.
    expect([...en.values()].filter((text) => CJK.test(text)).length / en.size).toBeLessThan(0.03)
    const share = [...zh].filter(([, text]) => CJK.test(text)).length / zh.size
    expect(share).toBeGreaterThan(0.9)
  })

  it('name every phase and every office', async () => {
    for (const spoken of await both()) {
      for (const phase of Object.values(CHAINS).flat()) expect(spoken.has(`trade.phase.${phase}`), phase).toBe(true)
      for (const role of ROLES) expect(spoken.has(`trade.role.${role}`), role).toBe(true)
    }
  })

  it('are asked for by names that exist', async () => {
    const [zh] = await both()
    const sources = import.meta.glob<string>('../src/**/*.{vue,ts}', { query: '?raw', import: 'default', eager: true })
    const asked = Object.entries(sources).flatMap(([path, source]) =>
      [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((found) => [path, found[1]!] as const),
    )
    expect(asked.length).toBeGreaterThan(300)
    expect(asked.filter(([, key]) => !zh.has(key))).toEqual([])
  })
})

describe('a fault of the way to the server', () => {
  it('has words too', async () => {
    const known = new Set(Object.keys(chinese))
    for (const spoken of await both())
      for (const code of ['unreachable', 'left', ...ENDED])
        expect(spoken.has(`fault.${code}`) || known.has(`refusal.${code}`), code).toBe(true)
  })
})
