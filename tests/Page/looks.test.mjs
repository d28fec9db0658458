import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import { axe } from './browser.mjs'
import { run, sentinel } from './home.mjs'

const views = ['#/', '#/p/page-look/logs', '#/p/page-look/why', '#/p/page-look/events', '#/p/page-look/env', '#/p/page-look/tree', '#/p/page-look/charts', '#/p/page-look/about', '#/logs', '#/events', '#/graph', '#/ports', '#/plan']

const settled = page => page.waitForFunction(() => document.querySelector('.link-live') && !document.querySelector('main [aria-busy=true]'), null, { timeout: 60_000 })

async function prepare(own) {
  await run(own('page-look'), '--port', 'http', 'sh', '-c', `echo '{"level":"error","msg":"look"}'; printf '\\033[33myellow\\033[0m\\n'; exec sleep 1000`)
  await run(own('page-needs'), '--needs', 'page-look', 'sleep', '1000')
  await run(own('page-bad'), 'sh', '-c', 'echo broken >&2; exit 1')
}

async function audit(page, where) {
  await page.evaluate(await readFile(axe, 'utf8'))
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }))
  const grave = violations.filter(one => ['serious', 'critical'].includes(one.impact))
  assert.deepEqual(grave.map(one => `${where}: ${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' | ')}`), [])
}

const audits = scheme => async ({ open, own }) => {
  await prepare(own)
  const page = await open('#/', { colorScheme: scheme })
  for (const view of views) {
    await page.goto(page.url().split('#')[0] + view)
    await settled(page)
    await audit(page, view)
  }
  await page.keyboard.press('?')
  await page.getByRole('dialog').waitFor()
  await audit(page, 'keys')
}
export const Axe_finds_nothing_serious_in_light = audits('light')
export const Axe_finds_nothing_serious_in_dark = audits('dark')

export async function Nothing_is_cut_off_at_360_and_2560_pixels({ open, own }) {
  await prepare(own)
  for (const [width, height] of [[360, 740], [2560, 1300]]) {
    const page = await open('#/', { width, height, hasTouch: width < 500, isMobile: width < 500 })
    for (const view of views) {
      await page.goto(page.url().split('#')[0] + view)
      await settled(page)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)
      assert.ok(!wide, `${view} is wider than ${width}`)
    }
    await page.goto(page.url().split('#')[0] + '#/')
    await settled(page)
    if (width === 360) {
      const small = await page.locator('.list .action').evaluateAll(buttons => buttons.filter(one => one.offsetWidth < 44 || one.offsetHeight < 44).length)
      assert.equal(small, 0, 'buttons of a list are large enough to touch')
    }
    else {
      await page.goto(page.url().split('#')[0] + '#/p/page-look/logs')
      await page.locator('.beside').waitFor()
    }
  }
}

export async function Nothing_moves_for_those_who_do_not_want_it({ open }) {
  const page = await open('#/', { reducedMotion: 'reduce' })
  await settled(page)
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0)
}

export async function A_thousand_processes_are_drawn_as_few_rows({ open, own }) {
  await run(own('page-many'), 'sleep', '1000')
  const page = await open('#/', { prepare: page => page.route('**/v1/summaries*', async route => {
    const answer = await (await route.fetch()).json()
    const model = answer.processes.find(process => process.name === 'page-many')
    await route.fulfill({ json: { ...answer, processes: Array.from({ length: 1000 }, (_, i) => ({ ...model, id: i + 1, name: `many-${String(i).padStart(4, '0')}`, cpuPercent: Math.random() * 9 })) } })
  }) })
  await page.locator('a.name', { hasText: 'many-0000' }).waitFor()
  assert.ok(await page.locator('tr').count() < 90)
  await page.keyboard.press('End')
  await page.locator('a.name', { hasText: 'many-0999' }).waitFor()
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'many-0999')
  await page.keyboard.press('k')
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'many-0998')
  await page.locator('[data-search]').fill('0500')
  await page.locator('a.name', { hasText: 'many-0500' }).waitFor()
  assert.equal(await page.locator('a.name').count(), 1)
  assert.equal(await page.locator('table.list').getAttribute('aria-rowcount'), '2')
}

export async function Numbers_that_change_move_nothing({ open, own }) {
  await run(own('page-steady'), 'sleep', '1000')
  let turn = 0
  const page = await open('#/', { prepare: page => page.route('**/v1/summaries*', async route => {
    const answer = await (await route.fetch()).json()
    turn++
    await route.fulfill({ json: { ...answer, processes: answer.processes.map(process => ({ ...process, cpuPercent: turn % 2 ? 0.1 : 799, memoryBytes: turn % 2 ? 1 : 3e11, restarts: turn % 2 ? 0 : 999 })) } })
  }) })
  const places = () => page.locator('tr:has(a.name) td').evaluateAll(cells => cells.map(cell => [cell.offsetLeft, cell.offsetWidth, cell.offsetTop]).join(' '))
  await settled(page)
  const before = await places()
  const seen = turn
  await page.waitForFunction(() => /799%/.test(document.querySelector('table.list').textContent), null, { timeout: 30_000 })
  assert.ok(turn > seen || seen > 1)
  assert.equal(await places(), before)
}

export async function The_page_is_under_150_KB_and_its_policy_has_no_exception({ origin }) {
  let size = 0
  for (const file of ['/', '/page.js', '/page.css', '/icon.svg']) {
    const response = await fetch(origin + file)
    assert.equal(response.status, 200, file)
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'self'/)
    assert.doesNotMatch(policy, /unsafe|data:|\*/)
    size += gzipSync(Buffer.from(await response.arrayBuffer()), { level: 9 }).length
  }
  assert.ok(size < 150_000, `${size} bytes`)
}

export async function Each_row_is_as_wide_as_the_list_whatever_columns_there_is_room_for({ open, own }) {
  await sentinel(['group', 'create', 'page-group'], { allowed: true })
  await run(own('page-wide'), '--group', 'page-group', 'sleep', '1000')
  await run(own('page-alone'), 'sleep', '1000')
  for (const width of [800, 1000, 1200, 1400, 1700]) {
    const page = await open('#/', { width })
    await page.locator('tr.group').first().waitFor()
    const ends = await page.evaluate(() => [...document.querySelectorAll('table.list tr')].map(row => Math.round([...row.children].filter(cell => cell.offsetWidth).at(-1).getBoundingClientRect().right)).concat(Math.round(document.querySelector('tr.group th > div').getBoundingClientRect().right)))
    const end = await page.evaluate(() => Math.round(document.querySelector('table.list').getBoundingClientRect().right))
    // The heading of a group is one cell, and what is in it reaches to the end.
    assert.ok(ends.at(-1) === end && ends.filter(right => right === end).length >= 3, `${width}: ${ends} of ${end}`)
  }
}
