import { html, useEffect, useMemo } from './html.js'
import { splitName } from './format.js'
import { Icon } from './icon.js'
import { layers } from './layers.js'
import { live, refreshGraph } from './live.js'
import { link, to } from './route.js'
import { isBad, look, resolve } from './state.js'
import { useStore } from './store.js'

const width = 170, height = 46, gapX = 70, gapY = 18

/** Who needs whom, for each project: what is needed stands to the left. */
export function Graph() {
  const graph = useStore(live, value => value.graph)
  const processes = useStore(live, value => value.processes)
  const parts = useMemo(() => split(graph), [graph])
  useEffect(() => { refreshGraph().catch(() => {}) }, [])
  if (!graph) return html`<div class="empty quiet" aria-busy="true"><p>Loading…</p></div>`
  if (!graph.needs.length) return html`<div class="empty"><h2>No process needs another</h2><p>In a <code>sentinel.toml</code>, name what a process needs:</p><pre>[process.api]\nneeds = "db"</pre></div>`
  return html`<section class="graphs scroll" tabindex="0" role="region" aria-label="Graph of dependencies">
    ${parts.map(part => html`<${Part} key=${part.title} part=${part} processes=${processes ?? []} />`)}
    <p class="legend quiet"><svg viewBox="0 0 34 8" width="34" height="8" aria-hidden="true"><path class="edge" d="M0 4h34" /></svg> needs
      <svg viewBox="0 0 34 8" width="34" height="8" aria-hidden="true"><path class="edge restart" d="M0 4h34" /></svg> is restarted with it
      <svg viewBox="0 0 34 8" width="34" height="8" aria-hidden="true"><path class="edge optional" d="M0 4h34" /></svg> optional, or only the order</p>
  </section>`
}

function split(graph) {
  const linked = new Set(graph?.needs.flatMap(edge => [edge.process, edge.needs]))
  const byProject = new Map()
  for (const { name } of graph?.processes ?? []) {
    if (!linked.has(name)) continue
    const title = splitName(name)[0].slice(0, -1)
    byProject.set(title, [...(byProject.get(title) ?? []), name])
  }
  return [...byProject].map(([title, names]) => ({ title, names, edges: graph.needs.filter(edge => names.includes(edge.process)) }))
}

function Part({ part, processes }) {
  const { boxes, columns, rows } = useMemo(() => layers(part.names, part.edges), [part])
  const at = new Map(boxes.map(box => [box.name, [box.column * (width + gapX) + 2, box.row * (height + gapY) + 2]]))
  const w = columns * (width + gapX) - gapX + 4
  const h = rows * (height + gapY) - gapY + 4
  return html`<section class="part"><h2>${part.title || 'Without a project'} ${part.title && html`<a class="button" href=${link('plan', { name: part.title })}>Plan</a>`}</h2>
    <div class="graph-box" tabindex="0" role="region" aria-label=${'Drawing of ' + (part.title || 'the graph')}>
    <svg class="graph" viewBox=${`0 0 ${w} ${h}`} width=${w} height=${h}>
      <g aria-hidden="true">${part.edges.map(edge => {
        const [x2, y2] = at.get(edge.process)
        const [x1, y1] = at.get(edge.needs) ?? [x2, y2]
        const from = [x1 + width, y1 + height / 2], end = [x2 - 6, y2 + height / 2]
        const gap = y1 + height + gapY / 2
        const line = edge.process !== edge.needs && x2 - x1 > width + gapX + 1 && y1 === y2
          ? `C${from[0] + 30} ${from[1]} ${from[0] + 20} ${gap} ${from[0] + gapX} ${gap}L${end[0] - gapX} ${gap}C${end[0] - 20} ${gap} ${end[0] - 30} ${end[1]} ${end}`
          : `C${from[0] + 35} ${from[1]} ${end[0] - 35} ${end[1]} ${end}`
        return html`<path key=${edge.process + edge.needs} class=${'edge' + (edge.restart ? ' restart' : '') + (edge.optional || !edge.until ? ' optional' : '')} d=${`M${from}${line}m-5 -4 6 4 -6 4`} />`
      })}</g>
      ${boxes.map(({ name }) => {
        const process = resolve(processes, name)
        const members = processes.filter(one => one.name !== name && one.name.startsWith(name + '-') && process && one.name.length <= process.name.length + 2)
        const seen = process ? look(members.find(isBad) ?? process) : { word: 'not started', shape: 'ring', tone: 'off' }
        const [x, y] = at.get(name)
        const label = splitName(name)[1]
        const box = html`<rect x=${x} y=${y} width=${width} height=${height} rx="6" /><text class="box-name" x=${x + 12} y=${y + 19}>${label.length > 20 ? label.slice(0, 19) + '…' : label}${members.length > 1 ? ` ×${members.length}` : ''}</text>
          <svg x=${x + 11} y=${y + 26} width="12" height="12" viewBox="0 0 16 16"><${Icon} shape=${seen.shape} /></svg><text class="box-state" x=${x + 28} y=${y + 36}>${seen.word}</text>`
        return process ? html`<a key=${name} href=${to(process.name, 'why')} class=${'box tone-' + seen.tone}>${box}</a>` : html`<g key=${name} class="box tone-off">${box}</g>`
      })}
    </svg></div>
    <details><summary>As a list</summary><ul>${part.edges.map(edge => html`<li key=${edge.process + edge.needs}>${edge.process} needs ${edge.needs}${edge.until ? ` to be ${edge.until}` : ', in order only'}${edge.optional ? ', if it is there' : ''}${edge.restart ? '; is restarted with it' : ''}</li>`)}</ul></details>
  </section>`
}
