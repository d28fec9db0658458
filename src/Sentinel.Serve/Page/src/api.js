/** A failure as the server tells it (RFC 9457): `code` for programs, `message` and `hint` for people. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || `The server answered ${status}`)
    this.status = status
    this.code = body.code ?? null
    this.hint = body.hint ?? null
    this.candidates = body.candidates ?? []
    this.results = body.results ?? []
  }
}

const headers = { 'X-Sentinel': '1' }
let signedOut = () => {}

/** Called when the server does not know this browser (any more). */
export const onSignedOut = listener => { signedOut = listener }

/** The path below /v1, with its parts escaped and what is not empty of `query`. */
export function path(parts, query = {}) {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '' && value !== false) search.set(name, value === true ? '1' : value)
  }
  const text = search.toString()
  return '/v1/' + parts.map(encodeURIComponent).join('/') + (text && '?' + text)
}

/** Asks and takes the answer as it comes. Fails with a Problem; one of status 0 if the server does not answer. */
export async function open(method, url, { body, signal, accept } = {}) {
  let response
  try {
    response = await fetch(url, {
      method,
      signal,
      headers: {
        ...headers,
        ...(accept && { Accept: accept }),
        ...(method !== 'GET' && { 'Content-Type': 'application/json' }),
      },
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
      cache: 'no-store',
    })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new Problem(0, { code: 'no-server', detail: 'The server does not answer.', hint: "Run 'sentinel web' and open the link that it prints." })
  }
  if (response.ok) return response
  const problem = new Problem(response.status, await response.json().catch(() => ({})))
  if (response.status === 401) signedOut()
  throw problem
}

export const get = async (url, options) => (await open('GET', url, options)).json()

export async function change(method, url, body) {
  const response = await open(method, url, { body })
  return response.status === 204 ? null : response.json()
}
