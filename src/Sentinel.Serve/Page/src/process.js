import { html, useEffect } from './html.js'
import * as actions from './actions.js'
import { About } from './about.js'
import { Charts } from './charts.js'
import { Environment } from './env.js'
import { EventList } from './events.js'
import { bytes, duration, percent } from './format.js'
import { Icon, State } from './icon.js'
import { live, readOnly } from './live.js'
import { Logs } from './logs.js'
import { link, tabs, to } from './route.js'
import { Address, Buttons, Name, Says } from './row.js'
import { look } from './state.js'
import { useStore } from './store.js'
import { Tree } from './tree.js'
import { Why } from './why.js'

const words = { logs: 'Logs', why: 'Why', events: 'Events', env: 'Environment', tree: 'Tree', charts: 'Charts', about: 'Settings' }

const bodies = {
  logs: ({ process }) => html`<${Logs} key=${process.name} names=${[process.name]} title=${'Logs of ' + process.name} />`,
  why: Why,
  events: ({ process }) => html`<${EventList} name=${process.name} />`,
  env: Environment,
  tree: Tree,
  charts: Charts,
  about: About,
}

/** One process: what it is now, and a tab for each thing that there is to see. */
export function Process({ name, tab }) {
  const process = useStore(live, value => value.processes?.find(one => one.name === name))
  const known = useStore(live, value => value.processes !== null)
  useEffect(() => { document.querySelector('.tabs [aria-selected=true]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' }) }, [tab])
  if (!process) {
    return html`<section class="process" aria-label=${name}>${known
      ? html`<div class="empty"><h2>There is no process named ${name}</h2><p class="quiet">It may have been deleted.</p><p><a href=${link('processes')}>All processes</a></p></div>`
      : html`<div class="empty quiet" aria-busy="true"><p>Loading…</p></div>`}</section>`
  }
  const onKey = event => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!step) return
    location.hash = to(name, tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length])
    event.preventDefault()
    setTimeout(() => document.querySelector('.tabs [aria-selected=true]')?.focus())
  }
  const Body = bodies[tab]
  return html`<section class="process" aria-label=${name}>
    <header class="head">
      <a class="back" href=${link('processes')} aria-label="All processes" title="Esc"><${Icon} shape="back" /></a>
      <h1><${Name} name=${name} /></h1>
      <${State} look=${look(process)} />
      <span class="says"><${Says} process=${process} /></span>
      <span class="spring"></span>
      <${Buttons} process=${process} words />
      ${!readOnly() && html`<button class="action" onClick=${async () => { if (await actions.remove(name)) location.hash = link('processes') }}>Delete</button>`}
    </header>
    <dl class="facts">
      ${[
        ['For', duration(process.uptimeSeconds)], ['PID', process.pid ?? '-'], ['CPU', process.cpuPercent === null ? '-' : percent(process.cpuPercent) + '%'],
        ['Memory', bytes(process.memoryBytes)], ['Restarts', process.restarts], ['Address', process.url || process.ports.length ? html`<${Address} process=${process} />` : '-'],
      ].map(([title, value]) => html`<div key=${title}><dt>${title}</dt><dd>${value === '' ? '-' : value}</dd></div>`)}
      <div class="command"><dt>Command</dt><dd><code title=${process.command}>${process.command}</code></dd></div>
    </dl>
    <div class="tabs" role="tablist" aria-label="What to see" onKeyDown=${onKey}>
      ${tabs.map(one => html`<a key=${one} role="tab" id=${'tab-' + one} aria-selected=${one === tab} aria-controls="tab-panel" tabindex=${one === tab ? 0 : -1} href=${to(name, one)}>${words[one]}</a>`)}
    </div>
    <div class="tab-panel" id="tab-panel" role="tabpanel" aria-labelledby=${'tab-' + tab}><${Body} key=${name} process=${process} /></div>
  </section>`
}
