import type { FieldProblem, Operations } from './generated/rest'
import { ROUTES } from './generated/rest'
import { Refusal } from './refusal'

type Empty = Record<string, never>
type Part<Key extends string, Value> = Value extends undefined | Empty
  ? { [key in Key]?: undefined }
  : Empty extends Value
    ? { [key in Key]?: Value }
    : { [key in Key]: Value }

/** What an operation is given: its places in the path, its query, its body. */
export type Given<Name extends keyof Operations> = Part<'path', Operations[Name]['path']> &
  (keyof Operations[Name]['query'] extends never
    ? { query?: undefined }
    : { query?: Partial<Operations[Name]['query']> }) &
  Part<'body', Operations[Name]['body']> & { signal?: AbortSignal; type?: string }

let language = 'zh-CN'
let loggedOut: () => void = () => undefined

/** In which language the server is to explain itself. */
export function speak(wanted: string): void {
  language = wanted
}

/** What is done when the server no longer knows this browser's log-in. */
export function whenLoggedOut(act: () => void): void {
  loggedOut = act
}

/** Ask the server for an operation. Raises Refusal; `unreachable` when nobody answers. */
export async function call<Name extends keyof Operations>(
  name: Name,
  ...[given]: Empty extends Given<Name> ? [Given<Name>?] : [Given<Name>]
): Promise<Operations[Name]['result']> {
  const [method, template] = ROUTES[name]
  const wanted = (given ?? {}) as { path?: object; query?: object; body?: unknown; signal?: AbortSignal; type?: string }
  const answer = await fetched(address(template, wanted), {
    method,
    headers: headers(wanted.body, wanted.type),
    body: wanted.body === undefined ? null : bodyOf(wanted.body),
    signal: wanted.signal ?? null,
    credentials: 'same-origin',
  })
  if (!answer.ok) throw await refusalOf(answer)
  return (await content(answer)) as Operations[Name]['result']
}

/** The address of an operation, for links and downloads. */
export function address(
  template: string,
  given: { path?: object | undefined; query?: object | undefined },
): string {
  const places = (given.path ?? {}) as Record<string, string>
  const path = template.replace(/\{(\w+)\}/g, (_all, key: string) =>
    encodeURIComponent(places[key] ?? ''),
  )
  const asked = new URLSearchParams()
  for (const [key, value] of Object.entries(given.query ?? {}))
    if (value !== undefined && value !== null) asked.set(key, String(value))
  return asked.size > 0 ? `${path}?${asked.toString()}` : path
}

function headers(body: unknown, type: string | undefined): HeadersInit {
  const told: Record<string, string> = { 'Accept-Language': language, Accept: 'application/json' }
  if (type !== undefined) told['Content-Type'] = type
  else if (body !== undefined && !(body instanceof Blob)) told['Content-Type'] = 'application/json'
  return told
}

function bodyOf(body: unknown): BodyInit {
  return body instanceof Blob || typeof body === 'string' ? body : JSON.stringify(body)
}

async function fetched(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new Refusal('unreachable')
  }
}

async function content(answer: Response): Promise<unknown> {
  if (answer.status === 204) return undefined
  const type = answer.headers.get('Content-Type') ?? ''
  return type.startsWith('application/json') ? answer.json() : answer.blob()
}

interface Problem {
  code?: string
  params?: Record<string, unknown>
  retry_ms?: number | null
  errors?: FieldProblem[]
}

async function refusalOf(answer: Response): Promise<Refusal> {
  // A proxy in between answers in its own words.
  const problem = (await answer.json().catch(() => ({}))) as Problem
  const code = problem.code ?? (answer.status >= 500 ? 'unreachable' : 'malformed')
  if (answer.status === 401 && code !== 'wrong_credentials') loggedOut()
  return new Refusal(code, problem.params, problem.retry_ms ?? null, problem.errors)
}
