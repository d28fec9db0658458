import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { run, sentinel, stateOf, web } from './home.mjs'

/** Runs in a page: all that a page can do to another origin without being let in. Gives what it got to see, by the way it took. */
async function attack([origin, name]) {
  const seen = async what => {
    try {
      return await what()
    } catch {
      return null
    }
  }
  const text = (path, options) => seen(async () => (await fetch(origin + path, { credentials: 'include', ...options })).text())
  const loads = (tag, path) => new Promise(resolve => {
    const element = document.createElement(tag)
    element.onload = () => resolve(tag)
    element.onerror = () => resolve(null)
    element[tag === 'link' ? 'href' : 'src'] = origin + path
    if (tag === 'link') element.rel = 'stylesheet'
    document.body.append(element)
  })
  const stop = `/v1/processes/${name}/stop`
  const form = type => new Promise(resolve => {
    const [frame, one, field] = ['iframe', 'form', 'input'].map(tag => document.createElement(tag))
    frame.name = type
    frame.onload = () => resolve(null)
    Object.assign(one, { method: 'post', action: origin + stop, enctype: type, target: type })
    Object.assign(field, { name: '{"x":"', value: '"}' })
    one.append(field)
    document.body.append(frame, one)
    one.submit()
    setTimeout(resolve, 2000, null)
  })
  const frame = await new Promise(resolve => {
    const element = document.createElement('iframe')
    element.onload = () => seen(() => element.contentWindow.document.body.innerText).then(resolve)
    element.src = origin + '/'
    document.body.append(element)
  })
  const json = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json', 'X-Sentinel': '1' } }
  return {
    frame,
    read: await text('/v1/processes'),
    readWithoutAsking: await text('/v1/processes', { mode: 'no-cors' }),
    script: await loads('script', '/v1/openapi.json'),
    page: await loads('script', '/page.js'),
    image: await loads('img', '/v1/processes'),
    style: await loads('link', '/page.css'),
    stream: await new Promise(resolve => {
      const events = new EventSource(origin + '/v1/events', { withCredentials: true })
      events.onopen = () => resolve('open')
      events.onerror = () => resolve(null)
    }),
    socket: await new Promise(resolve => {
      const socket = new WebSocket(origin.replace('http', 'ws') + '/v1/events')
      socket.onopen = () => resolve('open')
      socket.onerror = () => resolve(null)
    }),
    change: await text(stop, json),
    changeWithoutAsking: await text(stop, { method: 'POST', mode: 'no-cors', body: '{}' }),
    beacon: await seen(() => { navigator.sendBeacon(origin + stop, new Blob(['{}'], { type: 'text/plain' })); return null }),
    plain: await form('text/plain'),
    fields: await form('application/x-www-form-urlencoded'),
    parts: await form('multipart/form-data'),
  }
}

export async function A_page_of_another_origin_sees_and_changes_nothing({ visit, own, origin }) {
  await run(own('page-guarded'), 'sleep', '1000')
  const server = createServer((_, answer) => answer.setHeader('Content-Type', 'text/html').end('<!doctype html><title>Another</title><body>')).listen(0, '127.0.0.1')
  await new Promise(resolve => server.on('listening', resolve))
  try {
    // The same host is the same site for a browser: it sends the cookie.
    for (const host of ['127.0.0.1', 'localhost', 'rebound.test']) {
      const page = await visit(`http://${host}:${server.address().port}/`)
      const seen = await page.evaluate(attack, [origin, 'page-guarded'])
      const { frame, ...rest } = seen
      assert.ok(!/Processes|page-guarded/.test(frame ?? ''), host)
      // What is opaque is empty.
      assert.deepEqual(Object.entries(rest).filter(([, what]) => what), [], host)
      assert.equal(await stateOf('page-guarded'), 'running', host)
    }
  } finally {
    server.close()
    server.closeAllConnections()
  }
}

export async function A_name_that_was_made_to_point_here_reaches_nothing({ visit, own, origin }) {
  await run(own('page-rebound'), 'sleep', '1000')
  const here = `http://rebound.test:${new URL(origin).port}`
  const direct = await visit('about:blank')
  assert.equal((await direct.goto(here + '/')).status(), 421)
  // As if the page had come before the name was changed: from then on it is of the same origin as Sentinel.
  const page = await visit(here + '/before', { prepare: page => page.route('**/before', route => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Before</title><body>' })) })
  const answers = await page.evaluate(async () => {
    const json = { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json', 'X-Sentinel': '1' } }
    const asked = [['/'], ['/page.js'], ['/v1/health'], ['/v1/processes'], ['/metrics'], ['/v1/login', json], ['/v1/codes', json], ['/v1/processes/page-rebound/stop', json]]
    return Promise.all(asked.map(async ([path, options]) => [path, (await fetch(path, options)).status]))
  })
  assert.deepEqual(answers, answers.map(([path]) => [path, 421]))
  assert.equal(await stateOf('page-rebound'), 'running')
}

export async function No_address_and_no_referrer_has_the_code_and_it_opens_only_once({ visit, origin }) {
  const link = (await sentinel(['web'])).split('\n')[0]
  const code = new URL(link).hash.slice(1)
  assert.ok(code.length > 20)
  const asked = []
  const page = await visit('about:blank', { signedOut: true, prepare: page => page.on('request', request => asked.push([request.url(), request.headers().referer, request.postData()])) })
  await page.goto(link)
  await page.locator('.top').waitFor()
  await page.locator('a[href^="#/events"]').first().click()
  await page.waitForURL(/#\/events/)
  assert.ok(!page.url().includes(code))
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]))
  assert.ok(!kept.includes(code))
  const sent = asked.filter(([url]) => url.startsWith(origin))
  assert.equal(sent.filter(([, , body]) => body?.includes(code)).length, 1, 'it is sent once, in a body')
  // The browser gives the address in the bar with its hash as that of the first request, and sends it without.
  assert.deepEqual(sent.slice(1).filter(([url, referrer]) => (url + referrer).includes(code)), [])
  await page.goBack()
  assert.ok(!page.url().includes(code), 'nor has the history')
  const other = await visit(link, { signedOut: true })
  await other.getByText('This link was used before').waitFor()
}

export async function Where_nothing_may_be_changed_there_is_nothing_to_change_with({ visit, own }) {
  await run(own('page-looked-at'), 'sleep', '1000')
  const changes = /^(stop|start|restart|delete)\b/i
  const { link, end } = await web('--read-only')
  try {
    const page = await visit(link, { signedOut: true })
    await page.getByText('read-only', { exact: true }).waitFor()
    await page.locator('a.name', { hasText: 'page-looked-at' }).waitFor()
    assert.deepEqual(await page.getByRole('button', { name: changes }).allTextContents(), [])
    for (const key of ['j', 's', 'r', 'x', 'D']) await page.keyboard.press(key)
    assert.equal(await page.evaluate(async () => (await fetch('/v1/processes/page-looked-at/stop', { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json', 'X-Sentinel': '1' } })).status), 403)
    await page.goto(link.split('#')[0] + '#/p/page-looked-at/logs')
    await page.getByText('Nothing has been written yet.').waitFor()
    assert.deepEqual(await page.getByRole('button', { name: changes }).allTextContents(), [])
    assert.equal(await stateOf('page-looked-at'), 'running')
  } finally {
    await end()
  }
}
