import { over } from './dialog.js'
import { go, link, route, to } from './route.js'
import { live, readOnly } from './live.js'
import * as actions from './actions.js'
import { createStore } from './store.js'

/** The process that keys act on: the one that is open or, in the list, the line. */
export const chosen = createStore({ name: null })

// What the view that is shown does with a key; the last one that came asks first.
const handlers = []

/** A view's own keys: a map of key to function. A function that returns false leaves the key to others. */
export function bind(map) {
  handlers.push(map)
  return () => handlers.splice(handlers.indexOf(map), 1)
}

export const current = () => route.get().view === 'process' ? route.get().name : chosen.get().name

const tab = name => () => {
  const process = current()
  if (process) go(to(process, name))
}
const act = what => () => {
  const process = current()
  if (process && !readOnly()) what(process)
}

const everywhere = {
  '?': () => over.set({ help: true }),
  Escape: back,
  s: act(actions.start), x: act(actions.stop), r: act(actions.restart),
  l: tab('logs'), w: tab('why'), e: tab('events'), v: tab('env'), t: tab('tree'), c: tab('charts'), i: tab('about'),
  A: () => go('#/logs'), E: () => go('#/events'), g: () => go('#/graph'), p: () => go('#/ports'), a: () => go('#/plan'),
  o: () => {
    const process = live.get().processes?.find(one => one.name === current())
    if (process?.url) window.open(process.url, '_blank', 'noopener')
  },
  '/': () => {
    const field = document.querySelector('[data-search]')
    field?.focus()
    field?.select?.()
  },
}

function back() {
  const { view, name } = route.get()
  if (view === 'process') chosen.set({ name })
  if (view !== 'processes') go(link('processes'))
}

const isField = element => element.matches?.('input:not([type=checkbox]):not([type=range]), select, textarea')

addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return
  if (over.get().ask || over.get().help) return
  if (isField(event.target)) {
    if (event.key === 'Escape') {
      event.target.blur()
      event.preventDefault()
    }
    return
  }
  for (const map of [...handlers].reverse().concat(everywhere)) {
    const handler = Object.hasOwn(map, event.key) && map[event.key]
    if (handler && handler(event) !== false) {
      event.preventDefault()
      return
    }
  }
})
