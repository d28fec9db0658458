import { html, useState } from './html.js'
import * as actions from './actions.js'
import { change, path } from './api.js'
import { Pending, useFetched } from './fetched.js'
import { count } from './format.js'
import { live, readOnly } from './live.js'
import { link } from './route.js'
import { useStore } from './store.js'

const signs = { create: ['+', 'new', 'up'], change: ['~', 'change', 'wait'], remove: ['-', 'remove', 'bad'], same: ['=', 'unchanged', 'off'] }

/** What the file of a project would change, and Apply. */
export function Plan({ name }) {
  const projects = useStore(live, value => value.projects)
  const loaded = useStore(live, value => value.processes !== null)
  if (!projects.length) {
    return html`<div class="empty">${loaded ? html`<h2>There is no project</h2><p>In a folder with a <code>sentinel.toml</code> run</p><pre>sentinel up</pre><p>or write one with</p><pre>sentinel init</pre>` : html`<p class="quiet">Loading…</p>`}</div>`
  }
  const project = projects.find(one => one.name === name) ?? projects[0]
  return html`<section class="plan scroll" tabindex="0" role="region" aria-label="Plan">
    ${projects.length > 1 && html`<nav class="segments" aria-label="Project">${projects.map(one => html`<a key=${one.name} aria-current=${one === project ? 'page' : undefined} href=${link('plan', { name: one.name })}>${one.name}</a>`)}</nav>`}
    <${Steps} key=${project.name} project=${project} />
  </section>`
}

function Steps({ project }) {
  const [turn, setTurn] = useState(0)
  const doing = useStore(actions.busy, value => value.names.get(project.name))
  const { value, error } = useFetched(() => change('POST', path(['projects', project.name, 'plan'])), [project.name, turn])
  const again = () => setTurn(n => n + 1)
  const steps = value?.steps ?? []
  const changes = steps.filter(step => step.step !== 'same')
  const same = steps.length - changes.length
  return html`<div class="pad">
    <header class="plan-head"><div><h1>${project.name}</h1><p class="quiet path">${project.file}</p></div>
      <span class="buttons"><button onClick=${again}>Look again</button>
      ${!readOnly() && html`<button disabled=${!!doing} onClick=${() => actions.up(project.name).then(again)}>Up</button><button class="main" disabled=${!!doing || !changes.length && !value?.environmentChanges} onClick=${() => actions.apply(project.name).then(again)}>Apply</button>`}</span></header>
    ${error ? html`<${Pending} error=${error} />` : !value ? html`<${Pending} />` : html`
      ${changes.length === 0 && html`<p class="lead">${value.environmentChanges ? 'No process changes; variables that all have in common do, from the next start of each.' : 'What runs is what the file says. Nothing to change.'}</p>`}
      ${changes.map(step => html`<${Step} key=${step.name} step=${step} />`)}
      ${same > 0 && html`<p class="quiet">= ${same} unchanged</p>`}
      ${changes.length > 0 && html`<p class="quiet">${count(changes.filter(step => step.restarts).length, 'process is restarted', 'processes are restarted')} by Apply; Up also starts what does not run.</p>`}`}
  </div>`
}

function Step({ step }) {
  const [sign, word, tone] = signs[step.step]
  return html`<section class="step"><h2><span class=${'sign tone-' + tone} aria-hidden="true">${sign}</span> ${step.name} <span class=${'tone-' + tone}>${word}</span>${step.restarts && html` <span class="quiet">restarts it</span>`}</h2>
    ${(step.changes.length > 0 || step.environmentFiles.length > 0) && html`<table class="diff"><tbody>
      ${step.changes.map(one => html`<tr key=${one.key}><th scope="row">${one.key}</th><td class="before">${text(one.before)}</td><td aria-hidden="true">→</td><td class="after">${text(one.after)}</td></tr>`)}
      ${step.environmentFiles.length > 0 && html`<tr><th scope="row">variables</th><td colspan="3">${step.environmentFiles.join(', ')}</td></tr>`}
    </tbody></table>`}</section>`
}

const text = values => values?.length ? values.join('  ') : html`<span class="quiet">none</span>`
