import { html, useEffect, useState } from './html.js'

/** What `load` gives, asked for again whenever one of `inputs` changes; the last answer stays until the next is there. */
export function useFetched(load, inputs) {
  const [state, setState] = useState({ value: null, error: null })
  useEffect(() => {
    let current = true
    load().then(
      value => current && setState({ value, error: null }),
      error => current && setState(before => ({ value: before.value, error })))
    return () => { current = false }
  }, inputs)
  return state
}

/** What went wrong and what to do, or that it is under way. */
export function Pending({ error }) {
  return error
    ? html`<div class="empty" role="alert"><p>${error.message}</p>${error.hint && html`<p class="quiet">${error.hint}</p>`}</div>`
    : html`<div class="empty quiet" aria-busy="true"><p>Loading…</p></div>`
}
