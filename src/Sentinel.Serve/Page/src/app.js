import { html, useEffect } from './html.js'
import { over, Over } from './dialog.js'
import { EventList } from './events.js'
import { bytes, clock, percent } from './format.js'
import { Graph } from './graph.js'
import { Icon } from './icon.js'
import { totals } from './list.js'
import { live } from './live.js'
import { AllLogs } from './logs.js'
import { useMedia, wide } from './media.js'
import { Plan } from './plan.js'
import { Ports } from './ports.js'
import { Process } from './process.js'
import { Processes } from './processes.js'
import { link, route } from './route.js'
import { useStore } from './store.js'

const views = [['processes', 'Processes', 'list'], ['logs', 'Logs', 'lines'], ['events', 'Events', 'bell'], ['graph', 'Graph', 'graph'], ['ports', 'Ports', 'plug'], ['plan', 'Plan', 'plan']]

export function App({ signInError }) {
  const state = useStore(live, value => value.link)
  if (state === 'signed-out') return html`<${SignedOut} error=${signInError} />`
  return html`<${Header} /><${Banner} state=${state} /><${Main} /><${Over} />`
}

function Header() {
  const view = useStore(route, value => value.view)
  const here = view === 'process' ? 'processes' : view
  return html`<header class="top">
    <a class="brand" href="#/" aria-label="Sentinel: all processes"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1 14 3.4v4.2c0 3.6-2.4 6-6 7.4-3.6-1.4-6-3.8-6-7.4V3.4z" /><circle cx="8" cy="7.6" r="2.2" /></svg><span>Sentinel</span></a>
    <nav aria-label="Views">${views.map(([name, title, shape]) => html`<a key=${name} href=${link(name)} aria-current=${here === name ? 'page' : undefined}><${Icon} shape=${shape} /><span>${title}</span></a>`)}</nav>
    <${Totals} />
    <button class="plain help-button" aria-label="Keys" title="Keys: ?" onClick=${() => over.set({ help: true })}>?</button>
  </header>`
}

function Totals() {
  const processes = useStore(live, value => value.processes)
  const state = useStore(live, value => value.link)
  const readOnly = useStore(live, value => value.health?.readOnly)
  const sum = totals(processes ?? [])
  const words = { connecting: 'connecting', live: 'live', gone: 'daemon gone', 'no-server': 'not connected' }
  useEffect(() => { document.title = sum.bad ? `${sum.bad} failed - Sentinel` : 'Sentinel' }, [sum.bad])
  return html`<div class="totals">
    ${processes && html`<span><b>${sum.up}</b> of ${sum.all} up</span>
    ${sum.bad > 0 && html`<a class="tone-bad bad-count" href=${link('processes', { query: { sort: 'state' } })}><${Icon} shape="alert" />${sum.bad}<span class="not-small"> failed</span></a>`}
    <span class="use cpu">CPU ${percent(sum.cpu)}%</span><span class="use memory">${bytes(sum.memory)}</span>`}
    ${readOnly && html`<span class="badge">read-only</span>`}
    <span class=${'link link-' + state} role="status">${words[state]}</span>
  </div>`
}

function Banner({ state }) {
  const at = useStore(live, value => value.at)
  const seen = at ? ` What you see is from ${clock(at)}.` : ''
  if (state === 'gone') return html`<div class="banner" role="alert"><${Icon} shape="alert" /><p><b>The daemon is gone.</b>${seen} Processes run on, but nothing restarts them. Start it: <code>sentinel daemon start</code></p></div>`
  if (state === 'no-server') return html`<div class="banner" role="alert"><${Icon} shape="alert" /><p><b>The server does not answer.</b>${seen} This page tries again; if <code>sentinel web</code> has ended, run it again and open its link.</p></div>`
  return null
}

function Main() {
  const { view, name, tab } = useStore(route, value => value)
  const beside = useMedia(wide)
  if (view === 'process') return html`<main class=${beside ? 'both' : ''}>${beside && html`<${Processes} key="list" beside />`}<${Process} key="one" name=${name} tab=${tab} /></main>`
  return html`<main>
    ${view === 'processes' && html`<${Processes} key="list" />`}
    ${view === 'logs' && html`<${AllLogs} />`}
    ${view === 'events' && html`<${EventList} />`}
    ${view === 'graph' && html`<${Graph} />`}
    ${view === 'ports' && html`<${Ports} />`}
    ${view === 'plan' && html`<${Plan} name=${name} />`}
  </main>`
}

function SignedOut({ error }) {
  return html`<main class="sign-in"><div class="empty"><h1>Sentinel</h1>
    ${error ? html`<p role="alert">${error}</p>` : html`<p>This browser is not signed in.</p>`}
    <p>Run this, and open the link that it prints. The link is good for one use within 60 seconds.</p><pre>sentinel web</pre></div></main>`
}
