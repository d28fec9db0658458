import { html } from './html.js'
import { get, path } from './api.js'
import { Pending, useFetched } from './fetched.js'
import { live } from './live.js'
import { to } from './route.js'
import { useStore } from './store.js'

/** The ports that are leased, and who listens on them. */
export function Ports() {
  const at = useStore(live, value => value.at)
  const { value, error } = useFetched(() => get(path(['ports'])), [at])
  if (!value) return html`<${Pending} error=${error} />`
  if (!value.ports.length) return html`<div class="empty"><h2>No port is leased</h2><p>Give a process one that nobody else gets:</p><pre>sentinel run "python3 -m http.server $PORT" --port http</pre></div>`
  const ports = [...value.ports].sort((a, b) => a.port - b.port)
  return html`<section class="ports scroll" tabindex="0" role="region" aria-label="Ports"><table class="plain-table"><thead><tr><th class="num">Port</th><th>Name</th><th>Process</th><th>Listens</th></tr></thead>
    <tbody>${ports.map(port => html`<tr key=${port.port}>
      <td class="num">${port.port}</td><td>${port.name}</td><td>${port.process ? html`<a href=${to(port.process)}>${port.process}</a>` : html`<span class="quiet">nobody's</span>`}</td>
      <td>${port.listeners.length ? port.listeners.map(one => one.pid ? `${one.program} (pid ${one.pid})` : 'a process of another user').join(', ') : html`<span class="quiet">nobody</span>`}</td></tr>`)}</tbody></table></section>`
}
