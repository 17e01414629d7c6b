import { onScopeDispose } from 'vue'
import { useServerTime } from '@/session/time'
import { Wall } from './wall'

/** The pictures of a session, for as long as the page is there. */
export function useWall(session: string): Wall {
  const wall = new Wall(session, useServerTime().exact)
  wall.open()
  onScopeDispose(() => wall.close())
  return wall
}
