import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run, sentinel, until } from './home.mjs'

/** The number of a line of the large log; 0: it has none. */
const rowOf = line => +(/^row (\d+)/.exec(line ?? '')?.[1] ?? 0)

const lines = page => page.locator('.log-line .text').allTextContents()

export async function Text_of_a_log_is_never_markup({ open, own }) {
  await run(own('page-markup'), 'sh', '-c', `echo '<script>document.title="broken"</script><img src=x onerror=alert(1)>'; exec sleep 1000`)
  const page = await open('#/p/page-markup/logs')
  await page.locator('.log-line').getByText('<script>document.title="broken"</script><img src=x onerror=alert(1)>').waitFor()
  assert.equal(await page.locator('.log-box script, .log-box img').count(), 0)
  assert.notEqual(await page.title(), 'broken')
}

export async function Colours_are_classes_and_JSON_is_fields({ open, own }) {
  await run(own('page-colours'), 'sh', '-c', `printf '\\033[31mred\\033[0m plain\\n{"level":"warn","msg":"slow","ms":812}\\n{"level":"info","msg":"fast","ms":3}\\n'; exec sleep 1000`)
  const page = await open('#/p/page-colours/logs')
  await page.locator('.fg-1', { hasText: 'red' }).waitFor()
  await page.locator('.json .level', { hasText: 'warn' }).waitFor()
  await page.locator('.json .field', { hasText: 'ms=812' }).click()
  await page.waitForFunction(() => document.querySelectorAll('.log-line').length === 1)
  assert.match(decodeURIComponent(page.url()), /grep=/)
}

export async function A_log_of_a_gigabyte_is_searched_seen_at_any_place_and_followed_through_rotation({ open, own }) {
  const folder = await mkdtemp(join(tmpdir(), 'page-'))
  const script = join(folder, 'write.sh')
  const rows = 12_000_000
  await writeFile(script, `rows() { seq -f %.0f $1 $2 | sed "s/.*/$3 & ${'a'.repeat(70)}/"; }
rows 1 ${rows / 2} row
echo needle in the middle
rows ${rows / 2 + 1} ${rows} row
echo all is there
while read -r word; do rows 1 20000 "more $word"; echo "end of $word"; done
`)
  await run(own('page-large'), '--stdin', 'open', '--log-max-size', '100M', '--log-backups', '12', 'sh', script)
  const page = await open('#/p/page-large/logs')
  await page.getByText('all is there').waitFor({ timeout: 120_000 })
  // The shell has read it: it is in its last loop.
  await rm(folder, { recursive: true })
  await page.locator('.follow[aria-pressed=true]').waitFor()
  assert.ok(await page.locator('.log-line').count() <= 1500)

  // Search is done by the server, over all of it.
  await page.keyboard.press('/')
  await page.keyboard.type('needle .n the')
  await page.waitForFunction(() => document.querySelectorAll('.log-line').length === 1, undefined, { timeout: 120_000 })
  assert.deepEqual(await lines(page), ['needle in the middle'])
  await page.locator('[data-search]').fill('')
  await page.getByText('all is there').waitFor()

  // Any place of it, and on from there in both directions.
  await page.getByLabel('Place in the log').fill('0.5')
  await until('it shows the middle', async () => Math.abs(rowOf((await lines(page))[0]) - rows / 2) < rows / 20)
  const first = (await lines(page))[0]
  await page.locator('.log-box').evaluate(box => { box.scrollTop = 0 })
  await until('older lines come', async () => (await lines(page)).indexOf(first) >= 300)
  await page.locator('.log-box').evaluate(box => { box.scrollTop = box.scrollHeight })
  await until('newer lines come', async () => (await lines(page)).length >= 900)
  const held = (await lines(page)).map(rowOf).filter(row => row > 0)
  assert.ok(held.every((row, i) => i === 0 || row === held[i - 1] + 1), 'no line is missing or twice')

  // The end again, while it is rotated.
  await sentinel(['set', 'page-large', '--log-max-size', '2M'])
  await page.getByRole('button', { name: 'Follow the end' }).click()
  await page.locator('.follow[aria-pressed=true]').waitFor()
  for (const word of ['one', 'two', 'three']) {
    await sentinel(['send', 'page-large', word])
    await page.getByText(`end of ${word}`, { exact: true }).waitFor({ timeout: 60_000 })
  }
  const followed = (await lines(page)).filter(line => line.startsWith('more three ')).map(line => +line.split(' ')[2])
  assert.equal(followed.at(-1), 20_000)
  assert.ok(followed.every((row, i) => i === 0 || row === followed[i - 1] + 1), 'no line is missing or twice')
}

export async function A_pattern_that_is_wrong_is_told({ open, own }) {
  await run(own('page-pattern'), 'sh', '-c', 'echo hello; exec sleep 1000')
  const page = await open('#/p/page-pattern/logs')
  await page.locator('.log-line').getByText('hello').waitFor()
  await page.locator('[data-search]').fill('(')
  await page.locator('.problem').waitFor()
  await page.locator('[data-search]').fill('hel')
  await page.locator('.problem').waitFor({ state: 'detached' })
  await page.locator('.log-line').getByText('hello').waitFor()
}

export async function Scrolling_up_ends_following_and_the_button_begins_again({ open, own }) {
  await run(own('page-follow'), 'sh', '-c', 'seq 1 400; while :; do date +%s%N; sleep 0.2; done')
  const page = await open('#/p/page-follow/logs')
  await page.locator('.follow[aria-pressed=true]').waitFor()
  await page.locator('.log-box').hover()
  await page.mouse.wheel(0, -900)
  await page.locator('.follow[aria-pressed=false]').waitFor()
  await page.keyboard.press('f')
  await page.locator('.follow[aria-pressed=true]').waitFor()
  await until('it is at the end', () => page.locator('.log-box').evaluate(box => box.scrollHeight - box.clientHeight - box.scrollTop < 40))
}

export async function Logs_of_all_name_the_process_of_each_line({ open, own }) {
  await run(own('page-all-a'), 'sh', '-c', 'echo from a; exec sleep 1000')
  await run(own('page-all-b'), 'sh', '-c', 'echo from b; exec sleep 1000')
  const page = await open('#/logs?names=page-all-a,page-all-b')
  await page.locator('.log-line', { hasText: 'page-all-a' }).getByText('from a').waitFor()
  await page.locator('.log-line', { hasText: 'page-all-b' }).getByText('from b').waitFor()
}
