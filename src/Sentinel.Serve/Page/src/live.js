import { get, path } from './api.js'
import { follow } from './stream.js'
import { createStore } from './store.js'
import { record } from './history.js'

const every = 5000
const kept = 2000

/**
 * What the page knows of the home. `link` is how it knows: connecting, live, gone (no daemon), no-server or signed-out.
 * `at` is when `processes` were so (ms). `events` are the newest last; `gaps` counts those that are not kept any more.
 */
export const live = createStore({ link: 'connecting', at: null, processes: null, events: [], gaps: 0, health: null, graph: null, projects: [], warnings: [] })

export const readOnly = () => live.get().health?.readOnly ?? false

let ends = null
let timer = null
let soon = null
let asking = false
let again = false

export function start() {
  live.set({ link: 'connecting' })
  document.addEventListener('visibilitychange', tick)
  tick()
}

export function stop(link) {
  clearTimeout(timer)
  ends?.()
  ends = null
  document.removeEventListener('visibilitychange', tick)
  live.set({ link })
}

/** Asks for the processes now; while an answer is under way, once more after it. */
export async function refresh() {
  if (asking) {
    again = true
    return
  }
  asking = true
  try {
    do {
      again = false
      await look()
    } while (again)
  } finally {
    asking = false
  }
}

// A burst of events is one question.
function refreshSoon() {
  soon ??= setTimeout(() => {
    soon = null
    if (!document.hidden) refresh().catch(failed)
  }, 150)
}

async function tick() {
  clearTimeout(timer)
  if (live.get().link === 'signed-out') return
  if (!document.hidden) {
    try {
      await refresh()
      if (live.get().link === 'signed-out') return
      if (!ends) await listen()
      if (ends && live.get().link !== 'live') live.set({ link: 'live' })
    } catch (error) {
      failed(error)
    }
  }
  clearTimeout(timer)
  timer = setTimeout(tick, live.get().link === 'live' ? every : 1000)
}

async function look() {
  if (live.get().health === null || live.get().link !== 'live') live.set({ health: await get(path(['health'])) })
  const answer = await get(path(['summaries']))
  record(answer.processes)
  const known = new Set((live.get().processes ?? []).map(process => process.name))
  const changed = known.size !== answer.processes.length || answer.processes.some(process => !known.has(process.name))
  live.set({ processes: answer.processes, warnings: answer.warnings ?? [], at: Date.now() })
  if (changed || live.get().graph === null) {
    const [projects] = await Promise.all([get(path(['projects'])), refreshGraph()])
    live.set({ projects: projects.projects })
  }
}

/** Asks who needs whom now; no event tells that it has changed. */
export async function refreshGraph() {
  const graph = await get(path(['graph']))
  live.set({ graph })
  return graph
}

// First what was, then what comes after exactly that: nothing is missed and nothing comes twice.
async function listen() {
  const { events } = live.get()
  let after = events.at(-1)?.number
  if (after === undefined) {
    const recent = await get(path(['events', 'recent'], { limit: 300 }))
    live.set({ events: recent.events })
    after = recent.events.at(-1)?.number ?? recent.lastEvent
  }
  ends = follow(id => path(['events'], { after: id }), {
    id: after,
    onEvent: heard,
    onOpen: () => { if (live.get().processes) live.set({ link: 'live' }) },
    onEnd: error => failed(error),
  })
}

function heard(kind, event) {
  if (kind === 'gap') {
    live.set({ gaps: live.get().gaps + 1 })
    return
  }
  if (kind !== 'event') return
  const { events } = live.get()
  if (event.number <= (events.at(-1)?.number ?? 0)) return
  live.set({ events: [...events, event].slice(-kept) })
  refreshSoon()
}

async function failed(error) {
  if (error?.status === 401) return
  if (error?.code === 'no-daemon') live.set({ link: 'gone', health: { ...live.get().health, daemon: null } })
  else if (error?.status === 0) live.set({ link: 'no-server' })
  else if (error === null) {
    // The stream has ended: is it the daemon, or only the connection?
    clearTimeout(timer)
    timer = setTimeout(tick, 200)
  }
}
