import { createStore } from './store.js'

const views = ['processes', 'logs', 'events', 'graph', 'ports', 'plan']
export const tabs = ['logs', 'why', 'events', 'env', 'tree', 'charts', 'about']

/**
 * Where the page is: `view`, for one process `name` and `tab`, and `query`. In the address that is #/, #/logs?grep=x or
 * #/p/shop%2Fapi/logs, so every view can be linked and Back works.
 */
export function parse(hash) {
  const [address, search = ''] = hash.replace(/^#\/?/, '').split('?')
  const parts = address.split('/').map(decode)
  const query = Object.fromEntries(new URLSearchParams(search))
  if (parts[0] === 'p' && parts[1]) return { view: 'process', name: parts[1], tab: tabs.includes(parts[2]) ? parts[2] : 'logs', query }
  return { view: views.includes(parts[0]) ? parts[0] : 'processes', name: parts[1] || null, tab: null, query }
}

export function link(view, { name, tab, query = {} } = {}) {
  const filled = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const search = filled.length ? '?' + new URLSearchParams(filled) : ''
  if (view === 'process') return `#/p/${encodeURIComponent(name)}/${tab ?? 'logs'}${search}`
  if (view === 'processes') return '#/' + search
  return `#/${view}${name ? '/' + encodeURIComponent(name) : ''}${search}`
}

export const to = (name, tab) => link('process', { name, tab })

export const route = createStore(parse(location.hash))

addEventListener('hashchange', () => route.set({ ...parse(location.hash) }))

/** Goes there; `route` says so at once, and not only when the browser tells of it. */
export function go(hash) {
  location.hash = hash
  route.set(parse(location.hash))
}

/** Changes the query of this view in place: no step for Back. */
export function setQuery(part) {
  const { view, name, tab, query } = route.get()
  const next = { ...query, ...part }
  for (const key of Object.keys(next)) if (!next[key]) delete next[key]
  history.replaceState(null, '', link(view, { name, tab, query: next }))
  route.set({ query: next })
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
