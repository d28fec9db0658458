import { html, useEffect, useState } from './html.js'
import { get, path } from './api.js'
import { Pending, useFetched } from './fetched.js'
import { bind } from './keys.js'

const layers = { run: 'where it was run', user: 'its user', option: 'its options', sentinel: 'Sentinel' }
const from = source => source === null ? 'not known' : layers[source.layer] ?? `${source.layer} ${source.name ?? ''}${source.line ? ':' + source.line : ''}`

/** The environment that it has, or would get, and where each value comes from. What looks secret is masked until it is asked for. */
export function Environment({ process }) {
  const [reveal, setReveal] = useState(false)
  const [q, setQ] = useState('')
  const { value, error } = useFetched(() => get(path(['processes', process.name, 'env'], { reveal })), [process.name, process.pid, reveal])
  useEffect(() => bind({ '.': () => setReveal(!reveal) }))
  if (!value) return html`<${Pending} error=${error} />`
  const shown = value.variables.filter(one => one.name.toLowerCase().includes(q.toLowerCase()))
  const rank = one => one.source?.layer === 'run' ? 1 : 0
  return html`<section class="env" aria-label="Environment">
    <div class="bar"><label class="search"><span class="hidden">Filter variables</span><input data-search type="search" placeholder="Filter variables" value=${q} onInput=${event => setQ(event.target.value)} /></label>
      ${(reveal || value.variables.some(one => one.masked)) && html`<button aria-pressed=${reveal} onClick=${() => setReveal(!reveal)}>${reveal ? 'Mask secrets' : 'Reveal secrets'}</button>`}</div>
    <div class="scroll" tabindex="0" role="region" aria-label="Variables"><table class="plain-table"><thead><tr><th>Variable</th><th>Value</th><th>From</th></tr></thead>
      <tbody>${[...shown].sort((a, b) => rank(a) - rank(b)).map(one => html`<tr key=${one.name}>
        <td class="mono">${one.name}</td>
        <td class="mono value">${one.masked ? html`<span class="masked" aria-label="masked">••••••••</span>` : one.value ?? html`<span class="quiet">${one.set ? '' : 'not set'}</span>`}${one.outdated && html`<div class="tone-wait">from the next start: ${one.nextValue ?? (one.masked ? '••••••••' : 'not set')}</div>`}</td>
        <td class="quiet">${from(one.source)}</td></tr>`)}</tbody></table></div>
  </section>`
}
