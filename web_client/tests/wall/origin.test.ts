import { describe, expect, it } from 'vitest'
import { alarmWords, isFilmed, isOfDevice, originOf } from '@/components/alarms/origin'

describe('an alarm', () => {
  it('of a microphone says that it is sound that is missing, where its kind does not', () => {
    const words = (kind: string, source: string): string => alarmWords({ kind, source }, (key, { what }) => (what === undefined ? key : `${key} ${String(what)}`))
    expect(words('no_stream', 'seat.m1.microphone')).toBe('minutes.of_sound minutes.alarm.no_stream')
    expect(words('no_stream', 'seat.m1.camera')).toBe('minutes.alarm.no_stream')
    expect(words('audio_silent', 'seat.m1.microphone')).toBe('minutes.alarm.audio_silent')
  })

  it.each([
    ['second_screen', 'seat'],
    ['clock_drift', 'measured'],
    ['disk_critical', 'measured'],
    ['no_stream', 'measured'],
    ['audio_silent', 'measured'],
    ['frozen', 'analysis'],
  ])('of %s is said by the %s', (kind, origin) => expect(originOf(kind)).toBe(origin))

  it.each([
    ['black', true],
    ['no_stream', true],
    ['clock_drift', false],
    ['recording_gap', false],
    ['page_left', false],
  ])('of %s says that nothing of use comes from a device: %s', (kind, device) => expect(isOfDevice(kind)).toBe(device))

  it.each([
    ['seat.m1.camera', true],
    ['venue.v1.camera.2', true],
    ['seat.m1.screen', false],
    ['seat.m1.microphone', false],
    ['recording', false],
  ])('at %s has a film before it: %s', (source, filmed) => expect(isFilmed(source)).toBe(filmed))
})
