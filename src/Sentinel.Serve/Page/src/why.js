import { html } from './html.js'
import { get, path } from './api.js'
import { Pending, useFetched } from './fetched.js'
import { count, duration, moment } from './format.js'
import { State } from './icon.js'
import { live } from './live.js'
import { to } from './route.js'
import { look, resolve } from './state.js'

/** Why it is as it is: the cause, what it waits for, how its last runs ended, what comes next. */
export function Why({ process }) {
  const { value, error } = useFetched(() => get(path(['processes', process.name, 'why'])), [process.name, process.state, process.pid, process.restarts, process.health?.status])
  const why = value?.processes[0]
  if (!why) return html`<${Pending} error=${error} />`
  return html`<div class="pad why">
    <p class="lead"><${State} look=${look(process)} /> since ${moment(why.since)}</p>
    ${why.cause && html`<p class="cause">${why.cause}</p>`}
    ${why.said && html`<pre class=${'said' + (why.said.stream === 'stderr' ? ' err' : '')}>${why.said.text}</pre>`}
    ${why.waitsFor.length > 0 && html`<h3>It waits for</h3><ul class="waits-list">${why.waitsFor.map((one, i) => {
      const other = resolve(live.get().processes ?? [], one.name, process.name)
      return html`<li key=${i}>${other ? html`<a href=${to(other.name, 'why')}>${one.name}</a>` : one.name} <span class="quiet">to be ${one.until}:</span> ${one.why}${one.inVain && html` <b class="tone-bad">It will not be so by itself.</b>`}</li>`
    })}</ul>`}
    ${why.health?.status === 'unhealthy' && html`<h3>Its health check</h3><p>${why.health.why}</p>`}
    ${why.recentRestarts && html`<p>${count(why.recentRestarts.count, 'restart')} within the last hour, the last at ${moment(why.recentRestarts.last)}${why.recentRestarts.why && html`; before it: ${why.recentRestarts.why}`}</p>`}
    ${why.next && html`<p class="next">${why.next}</p>`}
    ${why.errors?.length > 0 && html`<h3>Lines that tell of errors</h3><pre class="err">${why.errors.map(line => line.text ?? line).join('\n')}</pre>`}
    ${why.ports?.length > 0 && html`<h3>Its ports</h3><ul>${why.ports.map(port => html`<li key=${port.port}>${port.port}: ${port.own ? 'it listens' : port.listener ? (port.listener.text ?? JSON.stringify(port.listener)) + ' listens instead' : 'nobody listens'}</li>`)}</ul>`}
    <h3>Its last runs</h3>
    ${why.lastRuns.length === 0 && html`<p class="quiet">No run of it has ended.</p>`}
    ${why.lastRuns.map((one, i) => html`<section class="run" key=${one.run.startedAt ?? i}>
      <h4>${moment(one.run.endedAt)} <span class=${one.stoppedByUser || one.run.exitCode === 0 ? '' : 'tone-bad'}>${one.run.text}</span>${one.stoppedByUser && ', as you asked'} <span class="quiet">after ${duration(one.livedSeconds)}${one.run.pid ? `, pid ${one.run.pid}` : ''}</span></h4>
      ${one.run.why && html`<p>${one.run.why}</p>`}
      ${one.stderrLines?.length > 0 ? html`<pre class="err">${one.stderrLines.join('\n')}</pre>` : one.stdoutLines?.length > 0 && html`<pre>${one.stdoutLines.join('\n')}</pre>`}
    </section>`)}
  </div>`
}
