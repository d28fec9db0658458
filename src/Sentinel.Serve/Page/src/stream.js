import { open } from './api.js'

/**
 * Follows server-sent events with fetch, which can send the header that EventSource cannot. `url(id)` is what to ask for
 * after the event `id`. It begins again after an end or a failure, later each time, until the function it returns is called.
 */
export function follow(url, { id = null, onEvent, onOpen = () => {}, onEnd = () => {} }) {
  const control = new AbortController()
  let delay = 500
  let timer = null

  async function run() {
    try {
      const response = await open('GET', url(id), { signal: control.signal, accept: 'text/event-stream' })
      onOpen()
      for await (const event of parse(response.body, control.signal)) {
        delay = 500
        if (event.id) id = event.id
        onEvent(event.event, event.data ? JSON.parse(event.data) : null, event.id)
      }
      onEnd(null)
    } catch (error) {
      if (control.signal.aborted) return
      onEnd(error)
      if (error.status >= 400 && error.status < 500) return
    }
    if (control.signal.aborted) return
    timer = setTimeout(run, delay)
    delay = Math.min(delay * 2, 5000)
  }

  run()
  return () => {
    clearTimeout(timer)
    control.abort()
  }
}

async function* parse(body, signal) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let event = {}
  while (!signal.aborted) {
    const { done, value } = await reader.read()
    if (done) return
    const lines = (rest + value).split(/\r?\n/)
    rest = lines.pop()
    for (const line of lines) {
      if (line === '') {
        if (event.data !== undefined || event.event) yield { event: 'message', ...event }
        event = {}
        continue
      }
      const colon = line.indexOf(':')
      if (colon === 0) continue
      const field = colon < 0 ? line : line.slice(0, colon)
      const text = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      event[field] = field === 'data' && event.data !== undefined ? event.data + '\n' + text : text
    }
  }
}
