import { change, onSignedOut, Problem } from './api.js'
import { App } from './app.js'
import { html, render } from './html.js'
import './keys.js'
import { start, stop } from './live.js'

const root = document.getElementById('page')
let signInError = null
const draw = () => render(html`<${App} signInError=${signInError} />`, root)

onSignedOut(() => {
  stop('signed-out')
  draw()
})

// The link that 'sentinel web' prints ends with a code; it is used once, and must not stay in the history.
async function signIn() {
  const code = location.hash.slice(1)
  if (!code || code.startsWith('/')) return true
  history.replaceState(null, '', '#/')
  try {
    await change('POST', '/v1/login', { code })
    return true
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error
    // An earlier sign-in may still hold.
    signInError = 'This link was used before, or is older than 60 seconds.'
    return fetch('/v1/health', { headers: { 'X-Sentinel': '1' } }).then(response => response.ok, () => false)
  }
}

signIn().then(
  known => {
    if (known) start()
    draw()
  },
  error => {
    signInError = error.message
    stop('signed-out')
    draw()
  })
