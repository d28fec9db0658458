import { html, useEffect, useRef } from './html.js'
import { createStore, useStore } from './store.js'

/** What is shown over the page: `ask` (title, text, choices and who waits for the answer), `help`, and `notes`, the messages. */
export const over = createStore({ ask: null, help: false, notes: [] })

let number = 0

/** Asks and gives the `value` of the choice; null: none. The first choice has the focus. */
export function ask({ title, text, choices }) {
  // A second question, such as of a key that was pressed twice, takes the place of the first.
  over.get().ask?.answer(null)
  return new Promise(answer => over.set({ ask: { title, text, choices, answer } }))
}

/** A message for some seconds; a failure stays until it is closed. */
export function note(text, { bad = false, hint = null } = {}) {
  const one = { id: ++number, text, bad, hint }
  over.set({ notes: [...over.get().notes.slice(-3), one] })
  if (!bad) setTimeout(() => close(one.id), 5000)
}

const close = id => over.set({ notes: over.get().notes.filter(one => one.id !== id) })

export function Over() {
  const { ask: question, help, notes } = useStore(over, value => value)
  return html`
    ${question && html`<${Question} ...${question} />`}
    ${help && html`<${Help} />`}
    <div class="notes" role="status" aria-live="polite">
      ${notes.map(one => html`<div key=${one.id} class=${'note' + (one.bad ? ' bad' : '')}>
        <div><p>${one.text}</p>${one.hint && html`<p class="quiet">${one.hint}</p>`}</div>
        <button class="plain" aria-label="Close the message" onClick=${() => close(one.id)}>×</button>
      </div>`)}
    </div>`
}

function useModal(onClose) {
  const box = useRef(null)
  useEffect(() => {
    const before = document.activeElement
    box.current.showModal()
    return () => before?.isConnected && before.focus()
  }, [])
  const onCancel = event => {
    event.preventDefault()
    onClose()
  }
  return { box, onCancel }
}

function Question({ title, text, choices, answer }) {
  const done = value => {
    over.set({ ask: null })
    answer(value)
  }
  const { box, onCancel } = useModal(() => done(null))
  return html`<dialog ref=${box} onCancel=${onCancel} aria-labelledby="ask-title">
    <h2 id="ask-title">${title}</h2>
    <div class="text">${text}</div>
    <div class="choices">
      ${choices.map(choice => html`<button key=${choice.value} class=${choice.bad ? 'danger' : choice.main ? 'main' : ''} onClick=${() => done(choice.value)}>${choice.label}</button>`)}
      <button onClick=${() => done(null)}>Cancel</button>
    </div>
  </dialog>`
}

const keys = [
  ['Move', [['j k ↓ ↑', 'next, previous'], ['Home End', 'first, last'], ['Enter', 'open'], ['Esc', 'back'], ['/', 'filter or search']]],
  ['Act', [['s', 'start'], ['x', 'stop'], ['r', 'restart'], ['o', 'open its address']]],
  ['Look at one process', [['l', 'logs'], ['w', 'why'], ['e', 'events'], ['v', 'environment'], ['t', 'tree'], ['c', 'charts'], ['i', 'settings']]],
  ['Look at all', [['A', 'logs of all'], ['E', 'events'], ['g', 'graph'], ['p', 'ports'], ['a', 'plan']]],
  ['In a log', [['f', 'follow'], ['T', 'times'], ['W', 'wrap lines'], ['Home End', 'beginning, end']]],
]

function Help() {
  const { box, onCancel } = useModal(() => over.set({ help: false }))
  return html`<dialog ref=${box} class="help" onCancel=${onCancel} aria-labelledby="help-title">
    <header><h2 id="help-title">Keys</h2><button class="plain" aria-label="Close" onClick=${() => over.set({ help: false })}>×</button></header>
    <div class="keys">
      ${keys.map(([title, rows]) => html`<section key=${title}><h3>${title}</h3><dl>
        ${rows.map(([key, what]) => html`<div key=${key}><dt>${key.split(' ').map(one => html`<kbd key=${one}>${one}</kbd>`)}</dt><dd>${what}</dd></div>`)}
      </dl></section>`)}
    </div>
  </dialog>`
}
