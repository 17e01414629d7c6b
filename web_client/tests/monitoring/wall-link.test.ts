import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { WallLink, type WallListener } from '@/monitoring/wall-link'

class Line {
  static readonly OPEN = 1
  static made: Line[] = []
  readyState = 0
  said: unknown[] = []
  onopen: (() => void) | null = null
  onmessage: ((event: { data: unknown }) => void) | null = null
  onclose: ((event: { code: number; reason: string }) => void) | null = null
  constructor(readonly url: URL) {
    Line.made.push(this)
  }

  opens(): void {
    this.readyState = Line.OPEN
    this.onopen?.()
  }

  hears(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }

  breaks(code: number, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }

  send(text: string): void {
    this.said.push(JSON.parse(text))
  }

  close(): void {
    this.readyState = 3
  }
}

const line = (): Line => Line.made.at(-1)!
const listener = () => ({ state: vi.fn(), streams: vi.fn(), ended: vi.fn(), refused: vi.fn(), lowered: vi.fn(), frame: vi.fn() }) satisfies WallListener

beforeEach(() => {
  Line.made = []
  vi.stubGlobal('WebSocket', Line)
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

function opened(told = listener()) {
  const link = new WallLink('5'.repeat(32), told, 'https://hall.example')
  link.open()
  line().opens()
  return { link, told }
}

describe('the line of pictures', () => {
  it('goes to the session it was opened for, by the scheme of the page', () => {
    opened()
    expect(String(line().url)).toBe(`wss://hall.example/monitor?session=${'5'.repeat(32)}`)
  })

  it('says in one message what was wanted in one step', async () => {
    const { link } = opened()
    link.unsubscribe(9)
    link.subscribe({ stream: 1, layer: 2, width: 320 })
    link.subscribe({ stream: 2, layer: 2, width: 160 })
    await Promise.resolve()
    expect(line().said).toEqual([
      { unsubscribe: [9], subscribe: [{ stream: 1, layer: 2, width: 320 }, { stream: 2, layer: 2, width: 160 }] },
    ])
  })

  it('acknowledges the newest picture of each stream, several at once', () => {
    const { link } = opened()
    for (const seq of [4, 5, 6]) link.ack(1, seq)
    link.ack(2, 40)
    vi.advanceTimersByTime(300)
    expect(line().said).toEqual([{ ack: { 1: 6, 2: 40 } }])
  })

  it('comes back by itself, and hides again what was hidden', () => {
    const { link, told } = opened()
    link.hide(true)
    line().breaks(1012, 'restart')
    expect(told.state).toHaveBeenLastCalledWith('broken', 'restart')
    vi.advanceTimersByTime(1000)
    expect(Line.made).toHaveLength(2)
    line().opens()
    expect(line().said).toEqual([{ hidden: true }])
  })

  it.each([[4401, 'login_expired'], [4403, 'not_invited'], [4409, 'superseded'], [4400, 'protocol']])(
    'stays away after %i', (code, reason) => {
      const { told } = opened()
      line().breaks(code, reason)
      vi.advanceTimersByTime(60_000)
      expect(told.state).toHaveBeenLastCalledWith('ended', reason)
      expect(Line.made).toHaveLength(1)
    },
  )

  it('tells what ended, what was refused and what was lowered', () => {
    const { told } = opened()
    line().hears({ streams: [] })
    line().hears({ ended: 3, code: 'screen_sealed' })
    line().hears({ refused: 4, code: 'busy', retry_ms: 500 })
    line().hears({ lowered: 5, layer: -1 })
    expect(told.streams).toHaveBeenCalledWith([])
    expect(told.ended).toHaveBeenCalledWith(3, 'screen_sealed')
    expect(told.refused).toHaveBeenCalledWith(4, 'busy', 500)
    expect(told.lowered).toHaveBeenCalledWith(5, -1)
  })
})
