import { address, call } from '@/protocol/http'
import { ROUTES } from '@/protocol/generated/rest'
import { Refusal } from '@/protocol/refusal'

/** What was begun at the server: its answer, and where it is ended. */
export interface Begun {
  answer: string
  place: string
}

const GATHERING_MS = 2000

/** Hand a connection's offer over and take the answer in. Raises Refusal. */
export async function negotiate(
  connection: RTCPeerConnection,
  what: 'publish' | 'subscribe',
  session: string,
  source: string,
): Promise<string> {
  await connection.setLocalDescription()
  await gathered(connection)
  const offer = connection.localDescription?.sdp ?? ''
  const begun = await begin(what, session, source, offer)
  await connection.setRemoteDescription({ type: 'answer', sdp: begun.answer })
  return begun.place
}

/** End what was begun. A server that is away, or ends it itself, needs no telling. */
export async function end(place: string): Promise<void> {
  await fetch(place, { method: 'DELETE', credentials: 'same-origin', keepalive: true }).catch(() => undefined)
}

/** Relays for networks that let no UDP through; none where the node has none, or does not say. */
export async function relays(): Promise<RTCIceServer[]> {
  try {
    return (await call('list_relays')).ice_servers
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return []
  }
}

async function begin(
  what: 'publish' | 'subscribe',
  session: string,
  source: string,
  offer: string,
): Promise<Begun> {
  const [method, path] = ROUTES[what]
  const answer = await fetch(address(path, { path: { id: session, source } }), {
    method,
    body: offer,
    headers: { 'Content-Type': 'application/sdp', Accept: 'application/sdp, application/problem+json' },
    credentials: 'same-origin',
  }).catch(() => {
    throw new Refusal('unreachable')
  })
  if (answer.status !== 201) throw await refusalOf(answer)
  return { answer: await answer.text(), place: answer.headers.get('Location') ?? '' }
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const problem = (await answer.json().catch(() => ({}))) as {
    code?: string
    params?: Record<string, unknown>
    retry_ms?: number | null
  }
  return new Refusal(problem.code ?? 'unreachable', problem.params, problem.retry_ms ?? null)
}

/** Offers are whole: addresses are gathered first, as many as come in a while. */
async function gathered(connection: RTCPeerConnection): Promise<void> {
  if (connection.iceGatheringState === 'complete') return
  await new Promise<void>((done) => {
    const enough = setTimeout(done, GATHERING_MS)
    connection.addEventListener('icegatheringstatechange', () => {
      if (connection.iceGatheringState !== 'complete') return
      clearTimeout(enough)
      done()
    })
  })
}
