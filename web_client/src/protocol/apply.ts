/** One change of a view, as docs/protocol.md has it. */
export type Change = readonly [op: string, path: readonly (string | number)[], value?: unknown]

/** The view no longer fits what the server says of it: fetch it anew. */
export class Diverged extends Error {}

/**
 * The view after the changes of one event or many, in order. The given view stays as it is; what no
 * change touched is shared with the new one, so that whoever watches a part sees whether it changed.
 */
export function apply<View>(view: View, changes: Iterable<Change>): View {
  let root: unknown = view
  const fresh = new Set<unknown>()
  for (const change of changes) root = applied(root, change, fresh)
  return root as View
}

function applied(root: unknown, [op, path, value]: Change, fresh: Set<unknown>): unknown {
  if (path.length === 0) throw new Diverged(op)
  const top = own(root, fresh)
  let place = top
  for (const step of path.slice(0, -1)) {
    const inner = own(child(place, step), fresh)
    put(place, step, inner)
    place = inner
  }
  const last = path[path.length - 1] as string | number
  if (op === 'set') put(place, last, value)
  else if (op === 'append') put(place, last, appended(child(place, last), value, fresh))
  else if (op === 'remove') take(place, last)
  else throw new Diverged(op)
  return top
}

type Container = Record<string, unknown> | unknown[]

/** A copy that may be written to: one for each container and list of changes. */
function own(value: unknown, fresh: Set<unknown>): Container {
  if (typeof value !== 'object' || value === null) throw new Diverged('no container')
  if (fresh.has(value)) return value as Container
  const copy = Array.isArray(value) ? [...value] : { ...value }
  fresh.add(copy)
  return copy as Container
}

function child(place: Container, step: string | number): unknown {
  if (Array.isArray(place)) return place[index(step, place.length)]
  if (!Object.hasOwn(place, step)) throw new Diverged(String(step))
  return place[step]
}

function put(place: Container, step: string | number, value: unknown): void {
  if (Array.isArray(place)) place[index(step, place.length)] = value
  else if (step === '__proto__') throw new Diverged(step)
  else place[step] = value
}

function take(place: Container, step: string | number): void {
  if (Array.isArray(place) || !Object.hasOwn(place, step)) throw new Diverged(String(step))
  Reflect.deleteProperty(place, step)
}

function appended(list: unknown, value: unknown, fresh: Set<unknown>): unknown[] {
  if (!Array.isArray(list)) throw new Diverged('append')
  const longer = own(list, fresh) as unknown[]
  longer.push(value)
  return longer
}

function index(step: string | number, end: number): number {
  if (typeof step !== 'number' || !Number.isInteger(step) || step < 0 || step >= end) throw new Diverged(String(step))
  return step
}
