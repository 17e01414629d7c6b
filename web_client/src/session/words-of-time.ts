// Server time is the time of the hall: China has one zone, and every screen shows it.
const ZONE = 'Asia/Shanghai'

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  timeZone: ZONE,
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})

const DAY = new Intl.DateTimeFormat('sv-SE', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
})

/** 14:32:08 */
export function clockTime(at: number): string {
  return CLOCK.format(at)
}

/** 2026-11-23 */
export function day(at: number): string {
  return DAY.format(at)
}

/** 2026-11-23 14:32 */
export function dayAndTime(at: number): string {
  return `${day(at)} ${clockTime(at).slice(0, 5)}`
}

/** 08:05, and 01:12:18 from an hour on. Never negative. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60]
  const hours = Math.floor(seconds / 3600)
  if (hours > 0) parts.unshift(hours)
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}
