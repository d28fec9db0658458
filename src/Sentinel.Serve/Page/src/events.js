import { html, useMemo, useState } from './html.js'
import { get, path } from './api.js'
import { useFetched } from './fetched.js'
import { bytes, clock, list, moment } from './format.js'
import { Icon } from './icon.js'
import { live } from './live.js'
import { route, setQuery, to } from './route.js'
import { useStore } from './store.js'

const looks = {
  started: ['play', 'up'], restarted: ['again', 'busy'], exited: ['square', 'wait'], ready: ['disc', 'up'], healthy: ['disc', 'up'], unhealthy: ['alert', 'bad'],
  stopped: ['stop', 'off'], 'not-started': ['alert', 'bad'], 'gave-up': ['alert', 'bad'], waiting: ['diamond', 'wait'], follows: ['again', 'busy'],
  'outgrew-memory': ['alert', 'bad'], 'lease-over': ['square', 'off'], deleted: ['square', 'off'], 'log-not-rotated': ['alert', 'bad'], 'log-emptied': ['alert', 'wait'],
  'daemon-up': ['tick', 'done'], 'daemon-down': ['half', 'wait'],
}

function details(event) {
  const told = []
  if (event.text) told.push(event.text)
  if (event.why) told.push(event.why)
  if (event.for) told.push('for ' + list(event.for))
  if (event.limitBytes) told.push(`${bytes(event.memoryBytes)} of ${bytes(event.limitBytes)}`)
  if (event.signal) told.push(`${event.signal} to ${event.processes}`)
  if (event.left) told.push(`left ${event.left.length ?? event.left} running`)
  if (event.log) told.push(event.log)
  if (event.version) told.push(event.version)
  if (event.pid) told.push(`pid ${event.pid}`)
  return told.join(' · ')
}

/** What happened, the newest first; with `name` only to that process. */
export function EventList({ name }) {
  const events = useStore(live, value => value.events)
  const gaps = useStore(live, value => value.gaps)
  const q = useStore(route, value => value.query.q) ?? ''
  const [most, setMost] = useState(200)
  const older = useFetched(() => name ? get(path(['events', 'recent'], { name, limit: 200 })) : Promise.resolve({ events: [] }), [name])
  const all = useMemo(() => {
    const first = events[0]?.number ?? Infinity
    const joined = [...(older.value?.events ?? []).filter(event => event.number < first), ...events]
    const words = q.toLowerCase().split(/\s+/).filter(Boolean)
    return joined.filter(event => (!name || event.name === name) && words.every(word => `${event.event} ${event.name ?? 'daemon'} ${details(event)}`.toLowerCase().includes(word))).reverse()
  }, [events, older.value, name, q])
  return html`<section class="events" aria-label="Events">
    <div class="bar"><label class="search"><${Icon} shape="search" /><span class="hidden">Filter events</span><input data-search type="search" placeholder="Filter events" value=${q} onInput=${event => setQuery({ q: event.target.value })} /></label>
      ${gaps > 0 && html`<span class="tone-wait">Some events are not kept any more.</span>`}</div>
    ${all.length === 0
      ? html`<div class="empty"><p>${q ? 'No event matches.' : 'Nothing has happened yet.'}</p></div>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="What happened"><table class="plain-table"><thead><tr><th>Time</th><th>Event</th>${!name && html`<th>Process</th>`}<th>Details</th></tr></thead>
        <tbody>${all.slice(0, most).map(event => {
          const [shape, tone] = looks[event.event] ?? ['ring', 'off']
          const bad = event.event === 'exited' && event.how?.code !== 0
          return html`<tr key=${event.number ?? event.time + event.event} data-event=${event.number}>
            <td class="time"><time datetime=${event.time} title=${moment(event.time)}>${moment(event.time).length > 8 ? moment(event.time) : clock(event.time)}</time></td>
            <td class="what"><span class=${'state tone-' + (bad ? 'bad' : tone)}><${Icon} shape=${bad ? 'alert' : shape} />${event.event}</span></td>
            ${!name && html`<td class="who">${event.name ? html`<a href=${to(event.name, 'events')}>${event.name}</a>` : html`<span class="quiet">daemon</span>`}</td>`}
            <td class="details">${details(event)}</td></tr>`
        })}</tbody></table>
        ${all.length > most && html`<p class="more"><button onClick=${() => setMost(most + 400)}>Show more of ${all.length}</button></p>`}</div>`}
  </section>`
}
