import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Picture } from '@/monitoring/picture'

class Track {
  static made: Track[] = []
  written: unknown[] = []
  stop = vi.fn()
  writable = { getWriter: () => ({ write: (frame: unknown) => Promise.resolve(this.written.push(frame)) }) }
  constructor() {
    Track.made.push(this)
  }
}

class Stream {
  constructor(readonly tracks: Track[]) {}
}

const frame = (): VideoFrame => ({ displayWidth: 640, displayHeight: 360, close: vi.fn() }) as unknown as VideoFrame

/** A player; `seen` are the pictures it has shown, `readyState` whether it has any. */
function player(): HTMLVideoElement & { seen: number; readyState: number; srcObject: MediaStream | null } {
  const made = Object.assign(document.createElement('video'), { seen: 0 })
  Object.defineProperty(made, 'srcObject', { value: null, writable: true })
  Object.defineProperty(made, 'readyState', { value: 0, writable: true })
  made.getVideoPlaybackQuality = () => ({ totalVideoFrames: made.seen + 2, droppedVideoFrames: 2 }) as VideoPlaybackQuality
  return made as never
}

beforeEach(() => {
  Track.made = []
  vi.stubGlobal('VideoDecoder', vi.fn())
  vi.stubGlobal('MediaStreamTrackGenerator', Track)
  vi.stubGlobal('MediaStream', Stream)
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a picture that the browser plays', () => {
  it('is live once the player has one, and again with the first after it was lost', () => {
    const picture = new Picture('seat.m1.camera', vi.fn())
    const video = player()
    expect(picture.on).toBe('video')
    picture.show(video)
    picture.offer(frame())
    expect(picture.status.state).toBe('waiting')
    video.dispatchEvent(new Event('loadeddata'))
    video.readyState = 4
    expect(picture.status.state).toBe('live')
    picture.lose('lost', 'silent', 1000)
    expect(video.srcObject).not.toBeNull()
    picture.offer(frame())
    expect(picture.status).toMatchObject({ state: 'live', code: null, since: null })
    expect(Track.made.map((one) => one.written.length)).toEqual([2])
  })

  it('leaves nothing of itself where it may no longer be seen', () => {
    const picture = new Picture('seat.m1.screen', vi.fn())
    const video = player()
    picture.show(video)
    picture.offer(frame())
    picture.lose('refused', 'screen_sealed', 1000)
    expect(video.srcObject).toBeNull()
    expect(Track.made[0]!.stop).toHaveBeenCalled()
    picture.offer(frame())
    expect(Track.made).toHaveLength(2)
    expect(video.srcObject).toEqual(new Stream([Track.made[1]!]))
  })

  it('is shown on every element that wants it, and ends with the last', () => {
    const resized = vi.fn()
    const picture = new Picture('seat.m1.camera', resized)
    const [one, other] = [player(), player()]
    const ends = [picture.show(one)]
    picture.offer(frame())
    ends.push(picture.show(other))
    expect(other.srcObject).toBe(one.srcObject)
    ends[0]!()
    expect(one.srcObject).toBeNull()
    expect(Track.made[0]!.stop).not.toHaveBeenCalled()
    expect(picture.width).toBe(1)
    ends[1]!()
    expect(Track.made[0]!.stop).toHaveBeenCalled()
    expect(picture.width).toBe(0)
    expect(resized).toHaveBeenCalledTimes(4)
    const late = frame()
    picture.offer(late)
    expect(late.close).toHaveBeenCalled()
  })

  it('tells once a second what it has shown, and how late what came last was', () => {
    const picture = new Picture('seat.m1.camera', vi.fn())
    const video = player()
    picture.show(video)
    picture.count(12)
    expect(picture.status).toMatchObject({ fps: 0, delayMs: null })
    picture.offer(frame())
    video.dispatchEvent(new Event('loadeddata'))
    video.seen = 15
    picture.count(12)
    expect(picture.status).toMatchObject({ fps: 15, delayMs: 12 })
    video.seen = 22
    picture.count(40)
    expect(picture.status).toMatchObject({ fps: 7, delayMs: 40 })
  })

  it('comes by WHEP where the browser has no decoders for scripts', () => {
    vi.stubGlobal('VideoDecoder', undefined)
    vi.stubGlobal('MediaStreamTrackGenerator', undefined)
    const picture = new Picture('seat.m1.camera', vi.fn())
    const video = player()
    picture.show(video)
    const stream = new Stream([]) as never
    picture.play(stream)
    expect(picture.on).toBe('video')
    expect(video.srcObject).toBe(stream)
  })
})

describe('a picture that is drawn', () => {
  it('is the newest when the screen has its next turn, and closes what it has taken', () => {
    vi.stubGlobal('MediaStreamTrackGenerator', undefined)
    vi.useFakeTimers({ toFake: ['requestAnimationFrame', 'cancelAnimationFrame'] })
    const canvas = document.createElement('canvas')
    const paint = { drawImage: vi.fn(), clearRect: vi.fn() }
    canvas.getContext = (() => paint) as never
    Object.defineProperties(canvas, { clientWidth: { value: 100 }, clientHeight: { value: 100 } })
    const picture = new Picture('seat.m1.camera', vi.fn())
    expect(picture.on).toBe('canvas')
    picture.show(canvas)
    const [missed, shown, dropped] = [frame(), frame(), frame()]
    picture.offer(missed)
    picture.offer(shown)
    expect(picture.status.state).toBe('waiting')
    vi.advanceTimersToNextFrame()
    // A square of it: nothing is stretched.
    expect(paint.drawImage.mock.calls).toEqual([[shown, 140, 0, 360, 360, 0, 0, 100, 100]])
    expect([missed, shown].map(({ close }) => vi.mocked(close).mock.calls.length)).toEqual([1, 1])
    picture.count(12)
    expect(picture.status).toMatchObject({ state: 'live', fps: 1, delayMs: 12 })
    picture.offer(dropped)
    picture.lose('refused', 'screen_sealed', 1000)
    vi.advanceTimersToNextFrame()
    expect(dropped.close).toHaveBeenCalled()
    expect(paint.drawImage).toHaveBeenCalledTimes(1)
    expect(paint.clearRect).toHaveBeenCalled()
  })
})
