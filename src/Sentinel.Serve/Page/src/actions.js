import { html } from './html.js'
import { change, path } from './api.js'
import { ask, note } from './dialog.js'
import { count, list } from './format.js'
import { live, refresh, refreshGraph } from './live.js'
import { dependents } from './state.js'
import { createStore } from './store.js'

/** The names that something is being done to. */
export const busy = createStore({ names: new Map() })

const past = { start: 'started', stop: 'stopped', restart: 'restarted', reset: 'reset', delete: 'deleted', up: 'brought up', down: 'taken down', apply: 'applied' }

/** Does it, says what came of it, and looks again. True if all of it was done. */
async function perform(verb, name, url, body, method = 'POST') {
  if (busy.get().names.has(name)) return false
  busy.set({ names: new Map(busy.get().names).set(name, verb) })
  try {
    const answer = await change(method, url, body)
    const failed = (answer?.results ?? []).filter(result => !result.ok)
    for (const result of failed) note(`${result.name ?? result.target}: ${result.error}`, { bad: true })
    for (const warning of answer?.warnings ?? []) note(warning.message ?? warning)
    if (!failed.length) note(outcome(verb, name, answer?.results ?? []))
    return !failed.length
  } catch (error) {
    note(`${name} was not ${past[verb]}: ${error.message}`, { bad: true, hint: error.hint })
    return false
  } finally {
    const names = new Map(busy.get().names)
    names.delete(name)
    busy.set({ names })
    refresh().catch(() => {})
  }
}

function outcome(verb, name, results) {
  const waiting = results.find(result => result.outcome === 'waiting')
  if (waiting) return `${waiting.name} waits for ${list(waiting.for ?? [])}`
  const others = results.length - 1
  return `${name} is ${past[verb]}` + (others > 0 ? `, with ${count(others, 'other')}` : '')
}

export const start = name => perform('start', name, path(['processes', name, 'start']))
export const reset = name => perform('reset', name, path(['processes', name, 'reset']))

// Who runs and needs it, asked for anew: what is ended must not hang on what the page knew a while ago, or not yet. Null:
// that could not be asked, and nothing is done.
async function needing(name, follows) {
  try {
    return dependents(name, await refreshGraph(), live.get().processes ?? [], follows)
  } catch (error) {
    note(`Nothing was done to ${name}, for it is not known who needs it: ${error.message}`, { bad: true, hint: error.hint })
    return null
  }
}

export async function stop(name) {
  const others = await needing(name)
  if (!others) return false
  let body = {}
  if (others.length) {
    const choice = await ask({
      title: `Stop ${name}?`,
      text: needed(name, others, others.length === 1 ? 'goes on without it unless it is stopped as well' : 'go on without it unless they are stopped as well'),
      choices: [
        { value: 'all', label: `Stop all ${others.length + 1}`, bad: true },
        { value: 'one', label: `Stop ${name} only` },
      ],
    })
    if (!choice) return false
    if (choice === 'all') body = { 'with-dependents': true }
  }
  return perform('stop', name, path(['processes', name, 'stop']), body)
}

export async function restart(name) {
  const others = await needing(name, edge => edge.restart)
  if (!others) return false
  if (others.length && !await ask({
    title: `Restart ${name}?`,
    text: needed(name, others, others.length === 1 ? 'is restarted after it' : 'are restarted after it'),
    choices: [{ value: 'yes', label: `Restart all ${others.length + 1}`, main: true }],
  })) return false
  return perform('restart', name, path(['processes', name, 'restart']))
}

export async function remove(name) {
  const others = await needing(name)
  if (!others) return false
  const choice = await ask({
    title: `Delete ${name}?`,
    text: html`<p>It is stopped, and Sentinel forgets it and its settings. Its log files stay.</p>${others.length > 0 && needed(name, others, others.length === 1 ? 'goes on without it' : 'go on without it')}`,
    choices: [{ value: 'yes', label: `Delete ${name}`, bad: true }],
  })
  return choice ? perform('delete', name, path(['processes', name]), {}, 'DELETE') : false
}

export const up = project => perform('up', project, path(['projects', project, 'up']))
export const apply = project => perform('apply', project, path(['projects', project, 'apply']))

export async function down(project) {
  const running = (live.get().processes ?? []).filter(process => process.group === project && process.pid !== null)
  const choice = await ask({
    title: `Take ${project} down?`,
    text: html`<p>${running.length ? `This stops ${list(running.map(process => process.name))}, in reverse order.` : 'Nothing of it runs.'}</p>`,
    choices: [{ value: 'yes', label: `Stop ${count(running.length, 'process', 'processes')}`, bad: true }],
  })
  return choice ? perform('down', project, path(['projects', project, 'down'])) : false
}

function needed(name, others, what) {
  const shown = others.slice(0, 8).map(process => process.name)
  const more = others.length - shown.length
  return html`<p>${list(more ? [...shown, count(more, 'other')] : shown)} ${others.length === 1 ? 'needs' : 'need'} it, ${others.length === 1 ? 'runs' : 'run'}, and ${what}.</p>`
}
