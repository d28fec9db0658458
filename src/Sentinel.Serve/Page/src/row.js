import { html } from './html.js'
import * as actions from './actions.js'
import { Spark, Strip } from './charts.js'
import { bytes, count, duration, percent, splitName } from './format.js'
import { Icon, State } from './icon.js'
import { chosen } from './keys.js'
import { live, readOnly } from './live.js'
import { link, to } from './route.js'
import { canStart, canStop, isUp, look, resolve, says } from './state.js'
import { useStore } from './store.js'

export const Name = ({ name }) => {
  const [project, short] = splitName(name)
  return html`${project && html`<span class="quiet">${project}</span>`}${short}`
}

/** What it waits for, with links to these; otherwise what there is to say of it. */
export function Says({ process }) {
  if (!process.waitsFor?.length) {
    const text = says(process)
    return text && html`<a class="reason" href=${to(process.name, 'why')} title=${text}>${text}</a>`
  }
  const { processes } = live.get()
  const title = process.waitsFor.map(one => `${one.name} ${one.until}: ${one.why}`).join('\n')
  return html`<span class="waits" title=${title}><span class="quiet">waits for</span> ${process.waitsFor.map((one, i) => {
    const other = resolve(processes ?? [], one.name, process.name)
    const [, short] = splitName(one.name)
    return html`${i > 0 && ', '}${other ? html`<a href=${to(other.name, 'why')}>${short}</a>` : short} <span class="quiet">${one.until}</span>${one.inVain && html` <span class="tone-bad">in vain</span>`}`
  })}</span>`
}

export function Address({ process }) {
  if (process.url) return html`<a class="address" href=${process.url} target="_blank" rel="noopener noreferrer" title=${process.url}>${process.url.replace(/^https?:\/\/(127\.0\.0\.1|localhost)(?=[:/])/, '').replace(/\/$/, '')}<${Icon} shape="out" /></a>`
  return process.ports.map(port => ':' + port.port).join(' ')
}

export function Buttons({ process, words }) {
  const doing = useStore(actions.busy, value => value.names.get(process.name))
  if (readOnly()) return null
  const button = (label, shape, act, disabled) => html`<button key=${label} class="action" disabled=${disabled || !!doing} aria-label=${`${label} ${process.name}`} title=${label} onClick=${() => act(process.name)}><${Icon} shape=${shape} />${words && html`<span>${label}</span>`}</button>`
  return html`<span class="buttons">
    ${canStart(process) ? button('Start', 'play', actions.start) : button('Stop', 'stop', actions.stop, !canStop(process))}
    ${button('Restart', 'again', actions.restart, process.state === 'stopping')}
  </span>`
}

export function Row({ process, index, selected, beside }) {
  const seen = look(process)
  const cell = (kind, content) => html`<td role="cell" class=${kind}>${content}</td>`
  return html`<tr role="row" aria-rowindex=${index} class=${(selected ? 'selected ' : '') + 'row-' + seen.tone} onClick=${() => chosen.set({ name: process.name })}>
    ${cell('is', html`<${State} look=${seen} />`)}
    ${cell('name', html`<a class="name" href=${to(process.name, isUp(process) ? 'logs' : 'why')} aria-current=${selected ? 'true' : undefined} title=${process.name + '\n' + process.command} onFocus=${() => chosen.set({ name: process.name })}><${Name} name=${process.name} /></a>`)}
    ${cell('says', html`<${Says} process=${process} />${!process.waitsFor?.length && !says(process) && isUp(process) && html`<span class="quiet only-small">${duration(process.uptimeSeconds)} · ${percent(process.cpuPercent)}% · ${bytes(process.memoryBytes)}</span>`}`)}
    ${cell('address', html`<${Address} process=${process} />`)}
    ${cell('num restarts', process.restarts > 0 ? html`<span title=${count(process.restarts, 'restart')}>${process.restarts}</span>` : html`<span class="faint">0</span>`)}
    ${!beside && cell('history', html`<${Strip} name=${process.name} />`)}
    ${cell('num cpu', html`${!beside && html`<${Spark} name=${process.name} measure="cpu" />`}<span class=${process.cpuPercent === null ? 'faint' : ''}>${process.cpuPercent === null ? '-' : percent(process.cpuPercent) + '%'}</span>`)}
    ${cell('num memory', html`${!beside && html`<${Spark} name=${process.name} measure="memory" />`}<span class=${process.memoryBytes === null ? 'faint' : ''}>${bytes(process.memoryBytes)}</span>`)}
    ${cell('num for', html`<span class=${process.uptimeSeconds === null ? 'faint' : ''}>${duration(process.uptimeSeconds)}</span>`)}
    ${!beside && cell('actions', html`<${Buttons} process=${process} />`)}
  </tr>`
}

export function GroupRow({ group, processes, index, beside }) {
  const project = useStore(live, value => value.projects.find(one => one.name === group))
  const doing = useStore(actions.busy, value => value.names.get(group))
  const up = processes.filter(isUp).length
  return html`<tr role="row" class="group" aria-rowindex=${index}><th role="rowheader" scope="rowgroup"><div>
    <b>${group ?? 'Without a group'}</b> <span class="quiet">${up} of ${processes.length} up</span>
    ${project && html`<span class="quiet folder" title=${project.folder}>${project.folder}</span>`}
    ${project && !beside && html`<span class="buttons">
      <a class="button" href=${link('plan', { name: group })}>Plan</a>
      ${!readOnly() && html`<button disabled=${!!doing} onClick=${() => actions.up(group)}>Up</button><button disabled=${!!doing} onClick=${() => actions.down(group)}>Down</button>`}
    </span>`}
  </div></th></tr>`
}
