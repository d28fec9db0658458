import assert from 'node:assert/strict'
import { daemonPid, run, sentinel, stateOf, until } from './home.mjs'

const row = (page, name) => page.locator('tr', { has: page.locator(`a.name:text-is("${name}")`) })

export async function The_code_does_not_stay_in_the_address({ left, origin }) {
  assert.equal(left, origin + '/#/')
}

export async function Without_a_sign_in_the_page_says_what_to_run({ open }) {
  const page = await open('#wrong', { signedOut: true })
  await page.getByText('This link was used before').waitFor()
  await page.getByText('sentinel web', { exact: true }).waitFor()
}

export async function Stop_and_start_change_the_process_and_its_row({ open, own }) {
  await run(own('page-simple'), 'sleep', '1000')
  const page = await open('#/')
  await page.getByLabel('Stop page-simple', { exact: true }).click()
  await page.getByText('page-simple is stopped').waitFor()
  await row(page, 'page-simple').getByText('stopped').waitFor()
  assert.equal(await stateOf('page-simple'), 'stopped')
  await page.getByLabel('Start page-simple', { exact: true }).click()
  await row(page, 'page-simple').getByText('running').waitFor()
  assert.equal(await stateOf('page-simple'), 'running')
}

export async function Stop_asks_when_another_process_needs_it({ open, own }) {
  await run(own('page-base'), 'sleep', '1000')
  await run(own('page-top'), '--needs', 'page-base', 'sleep', '1000')
  await until('page-top runs', async () => await stateOf('page-top') === 'running')
  const page = await open('#/')
  await page.getByLabel('Stop page-base').click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('page-top needs it').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  assert.equal(await stateOf('page-base'), 'running')
  await page.getByLabel('Stop page-base').click()
  await dialog.getByRole('button', { name: 'Stop all 2' }).click()
  await until('both are stopped', async () => await stateOf('page-base') === 'stopped' && await stateOf('page-top') === 'stopped')
}

export async function Stop_asks_even_before_the_page_knows_who_needs_whom({ open, own }) {
  await run(own('page-base'), 'sleep', '1000')
  await run(own('page-top'), '--needs', 'page-base', 'sleep', '1000')
  await until('page-top runs', async () => await stateOf('page-top') === 'running')
  let answer
  const held = new Promise(resolve => { answer = resolve })
  const page = await open('#/', { prepare: page => page.route('**/v1/graph', async route => {
    await held
    await route.continue()
  }) })
  await page.getByLabel('Stop page-base', { exact: true }).click()
  answer()
  await page.getByRole('dialog').getByText('page-top needs it').waitFor()
  assert.equal(await stateOf('page-base'), 'running')
}

export async function Stop_asks_for_a_need_that_is_newer_than_the_page({ open, own }) {
  await run(own('page-base'), 'sleep', '1000')
  await run(own('page-top'), 'sleep', '1000')
  const page = await open('#/')
  await page.locator('.link-live').waitFor()
  await sentinel(['set', 'page-top', '--needs', 'page-base'])
  await until('page-top runs', async () => await stateOf('page-top') === 'running')
  await page.getByLabel('Stop page-base', { exact: true }).click()
  await page.getByRole('dialog').getByText('page-top needs it').waitFor()
  assert.equal(await stateOf('page-base'), 'running')
}

export async function Nothing_is_stopped_while_it_cannot_be_known_who_needs_it({ open, own }) {
  await run(own('page-base'), 'sleep', '1000')
  const page = await open('#/')
  await page.locator('.link-live').waitFor()
  await page.route('**/v1/graph', route => route.abort())
  await page.getByLabel('Stop page-base', { exact: true }).click()
  await page.getByText('it is not known who needs it').waitFor()
  assert.equal(await stateOf('page-base'), 'running')
}

export async function A_process_that_waits_says_for_what_and_leads_there({ open, own }) {
  await run(own('page-late'), '--ready-log', 'never', 'sleep', '1000')
  await run(own('page-waits'), '--needs', 'page-late', 'sleep', '1000')
  const page = await open('#/')
  await row(page, 'page-waits').locator('.waits a').click()
  await page.getByRole('heading', { name: 'page-late' }).waitFor()
  assert.match(page.url(), /#\/p\/page-late\/why$/)
  await page.goBack()
  await row(page, 'page-waits').waitFor()
}

export async function A_failure_says_why_and_shows_the_line({ open, own }) {
  await run(own('page-fails'), 'sh', '-c', 'echo out of paper >&2; exit 3')
  await until('it has ended', async () => await stateOf('page-fails') !== 'running')
  const page = await open('#/p/page-fails/why')
  await page.locator('.why').getByText('exited with code 3').first().waitFor()
  await page.locator('.why').getByText('out of paper').first().waitFor()
}

export async function The_environment_is_masked_until_it_is_asked_for({ open, own }) {
  await run(own('page-env'), '-e', 'API_TOKEN=hunter2hunter2', 'sleep', '1000')
  const page = await open('#/p/page-env/env')
  await page.getByText('API_TOKEN').waitFor()
  assert.ok(!(await page.content()).includes('hunter2hunter2'))
  await page.getByRole('button', { name: 'Reveal secrets' }).click()
  await page.getByText('hunter2hunter2').waitFor()
}

export async function A_killed_daemon_is_told_and_no_event_is_missed_when_it_is_back({ open, own }) {
  await run(own('page-before'), 'sleep', '1000')
  if (!await daemonPid()) await sentinel(['daemon', 'start'])
  const page = await open('#/events')
  await page.locator('.link-live').waitFor()
  process.kill(await daemonPid(), 'SIGKILL')
  await page.getByText('The daemon is gone.').waitFor()
  await page.locator('.link-gone').waitFor()
  await run(own('page-meanwhile'), 'sleep', '1000')
  await sentinel(['daemon', 'start'])
  await page.locator('.link-live').waitFor()
  await run(own('page-after'), 'sleep', '1000')
  await page.locator('td.who', { hasText: 'page-after' }).first().waitFor()
  const shown = (await page.locator('tr[data-event]').evaluateAll(rows => rows.map(one => +one.dataset.event))).reverse()
  const all = (await sentinel(['events', '--json', '-n', '1000'])).map(event => event.number)
  assert.deepEqual(shown, all.filter(number => number >= shown[0] && number <= shown.at(-1)))
  await page.locator('td.who', { hasText: 'page-meanwhile' }).first().waitFor()
  assert.ok(await page.getByText('The daemon is gone.').count() === 0)
}

export async function Keys_that_come_faster_than_the_page_is_drawn_all_count({ open, own }) {
  for (const letter of ['a', 'b', 'c', 'd', 'e']) await run(own(`page-fast-${letter}`), 'sleep', '1000')
  const page = await open('#/?q=page-fast')
  await page.waitForFunction(() => document.querySelectorAll('a.name').length === 5)
  await page.evaluate(() => { for (const key of 'jjjjjkk') document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true })) })
  await page.waitForFunction(() => document.activeElement.textContent === 'page-fast-c')
}

export async function Keys_move_open_look_and_go_back({ open, own }) {
  await run(own('page-key-a'), 'sleep', '1000')
  await run(own('page-key-b'), 'sleep', '1000')
  const page = await open('#/')
  await page.locator('a.name', { hasText: 'page-key-b' }).waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('page-key')
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.querySelectorAll('a.name').length === 2)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.waitForFunction(() => document.activeElement.textContent === 'page-key-b')
  await page.keyboard.press('k')
  await page.keyboard.press('w')
  await page.waitForURL(/#\/p\/page-key-a\/why$/)
  for (const [key, tab] of [['l', 'logs'], ['e', 'events'], ['v', 'env'], ['t', 'tree'], ['c', 'charts'], ['i', 'about']]) {
    await page.keyboard.press(key)
    await page.waitForURL(new RegExp(`#/p/page-key-a/${tab}$`))
  }
  await page.keyboard.press('x')
  await until('it is stopped', async () => await stateOf('page-key-a') === 'stopped')
  await page.keyboard.press('Escape')
  await page.waitForURL(/#\/$/)
  for (const [key, view] of [['A', 'logs'], ['E', 'events'], ['g', 'graph'], ['p', 'ports'], ['a', 'plan']]) {
    await page.keyboard.press(key)
    await page.waitForURL(new RegExp(`#/${view}$`))
  }
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keys' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}
