import { html, useEffect, useLayoutEffect, useMemo, useRef } from './html.js'
import { want } from './history.js'
import { Icon } from './icon.js'
import { bind, chosen, current } from './keys.js'
import { rowsOf } from './list.js'
import { live } from './live.js'
import { narrow, useMedia } from './media.js'
import { go, route, setQuery, to } from './route.js'
import { Row, GroupRow } from './row.js'
import { useStore } from './store.js'
import { useRows } from './virtual.js'

const headings = [
  ['state', 'State', 'is'], ['name', 'Name'], [null, 'Says', 'says'], [null, 'Address', 'address'], ['restarts', 'Restarts', 'num restarts'],
  [null, 'Last 24 hours', 'history'], ['cpu', 'CPU', 'num'], ['memory', 'Memory', 'num'], ['uptime', 'For', 'num for'], [null, 'Actions', 'actions'],
]

/** The list of all processes. `beside`: it stands next to the process that is open, with fewer columns. */
export function Processes({ beside }) {
  const processes = useStore(live, value => value.processes)
  const query = useStore(route, value => value.query)
  const open = useStore(route, value => value.view === 'process' ? value.name : null)
  const picked = useStore(chosen, value => value.name)
  const small = useMedia(narrow)
  const height = small ? 64 : 36
  const rows = useMemo(() => rowsOf(processes ?? [], query.q, query.sort), [processes, query.q, query.sort])
  const { box, onScroll, first, last, show } = useRows(rows.length, height, small ? 0 : 32)
  const focus = useRef(null)
  const drawn = useRef(rows)
  drawn.current = rows
  const selected = open ?? picked
  const shown = rows.slice(first, last)

  // Keys come faster than the page is drawn: each starts from where the one before it has led.
  const move = step => {
    const rows = drawn.current
    const from = current()
    const at = rows.findIndex(row => row.process?.name === from)
    let i = step === 'first' ? -1 : step === 'last' ? rows.length : at
    const way = step === 'last' || step === -1 ? -1 : 1
    do i += way
    while (rows[i] && !rows[i].process)
    if (!rows[i]) return
    const { name } = rows[i].process
    focus.current = name
    chosen.set({ name })
    if (open) go(to(name, route.get().tab))
    show(i)
  }
  useEffect(() => bind({
    j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
    ...(!beside && { Home: () => move('first'), End: () => move('last'), G: () => move('last') }),
    Enter: event => event.target.closest('a, button') ? false : selected ? go(to(selected)) : false,
  }))
  useLayoutEffect(() => {
    const target = focus.current && focus.current === selected && box.current?.querySelector('tr.selected a.name')
    if (!target) return
    focus.current = null
    target.focus({ preventScroll: true })
  })
  const names = shown.map(row => row.process?.name).filter(Boolean)
  useEffect(() => { if (!beside) want(names) }, [names.join('\n'), beside])

  const sort = column => setQuery({ sort: query.sort === column ? '-' + column : query.sort === '-' + column ? null : column })
  const sorted = column => query.sort === column ? 'ascending' : query.sort === '-' + column ? 'descending' : undefined

  return html`<section class=${'processes' + (beside ? ' beside' : '')} aria-label="Processes">
    <div class="bar">
      <label class="search"><${Icon} shape="search" /><span class="hidden">Filter processes</span>
        <input data-search type="search" placeholder="Filter: name, !not, state:failed" value=${query.q ?? ''} onInput=${event => setQuery({ q: event.target.value })} /></label>
      <${Quick} q=${query.q} />
    </div>
    ${rows.length === 0
      ? html`<div ref=${box}><${Empty} processes=${processes} q=${query.q} /></div>`
      : html`<div class="table-box" ref=${box} onScroll=${onScroll}>
        <table class="list" role="table" aria-rowcount=${rows.length + 1}>
          <thead role="rowgroup"><tr role="row">${headings.map(([column, title, kind]) => html`<th key=${title} role="columnheader" scope="col" class=${kind ?? column} aria-sort=${sorted(column)}>
            ${column ? html`<button class="sort" onClick=${() => sort(column)}>${title}</button>` : title === 'Actions' ? html`<span class="hidden">Actions</span>` : title}</th>`)}</tr></thead>
          <tbody role="rowgroup">
            ${first > 0 && html`<tr key="above" aria-hidden="true"><td style=${{ height: first * height + 'px' }}></td></tr>`}
            ${shown.map((row, i) => row.process
              ? html`<${Row} key=${row.process.id} process=${row.process} index=${first + i + 2} selected=${row.process.name === selected} beside=${beside} />`
              : html`<${GroupRow} key=${'group ' + row.group} group=${row.group} processes=${row.processes} index=${first + i + 2} beside=${beside} />`)}
            ${last < rows.length && html`<tr key="below" aria-hidden="true"><td style=${{ height: (rows.length - last) * height + 'px' }}></td></tr>`}
          </tbody>
        </table>
      </div>`}
  </section>`
}

function Quick({ q = '' }) {
  const bad = 'state:failed'
  return html`<div class="segments" role="group" aria-label="State">
    ${[['', 'All'], ['state:running', 'Running'], [bad, 'Failed'], ['state:waiting', 'Waiting']].map(([value, label]) => html`<button key=${label} aria-pressed=${q === value} onClick=${() => setQuery({ q: value })}>${label}</button>`)}
  </div>`
}

function Empty({ processes, q }) {
  if (processes === null) return html`<div class="empty quiet" aria-busy="true"><p>Loading…</p></div>`
  if (processes.length > 0) return html`<div class="empty"><p>No process matches <b>${q}</b>.</p><button onClick=${() => setQuery({ q: null })}>Show all ${processes.length}</button></div>`
  return html`<div class="empty"><h2>Nothing is registered yet</h2>
    <p>In the folder of a project, start all of it:</p><pre>sentinel up</pre>
    <p>Or run one command in the background:</p><pre>sentinel run "python3 -m http.server 8000" --name web</pre></div>`
}
