// Takes the pictures of the page for the docs, into the folder that is given: a small shop, of which something fails.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from './browser.mjs'
import { sentinel, stateOf, until } from './home.mjs'

const [folder] = process.argv.slice(2)
const project = join(await mkdtemp(join(tmpdir(), 'pictures-')), 'shop')
await mkdir(project)
await writeFile(join(project, 'api.sh'), `i=0
while :; do
  i=$((i + 1))
  echo "{\\"level\\":\\"info\\",\\"msg\\":\\"GET /orders/$i\\",\\"ms\\":$((i * 7 % 90))}"
  [ $((i % 5)) != 0 ] || echo "{\\"level\\":\\"warn\\",\\"msg\\":\\"slow query\\",\\"ms\\":$((300 + i))}" >&2
  j=0; while [ $j -lt $((i * 13 % 9000)) ]; do j=$((j + 1)); done
  sleep 0.3
done
`)
await writeFile(join(project, 'sentinel.toml'), `name = "shop"

[process.db]
run = "printf '\\\\033[32mready\\\\033[0m to accept connections\\\\n'; exec sleep 1000"
ready-log = "ready"

[process.queue]
run = "exec sleep 1000"

[process.api]
run = "exec sh api.sh"
needs = ["db", "queue"]
port = "http"
url = "http://localhost:$PORT/"

[process.worker]
run = "echo connecting; sleep 2; echo 'error: the queue does not answer' >&2; exit 1"
needs = "queue"
restart = "always"
max-restarts = 2

[process.front]
run = "exec sleep 1000"
needs = "api"
port = "http"
url = "http://localhost:$PORT/"

[process.mailer]
run = "exec sleep 1000"
needs = "worker"
ready-log = "never"
startup-timeout = "1h"
`)
await sentinel(['up', '--file', join(project, 'sentinel.toml'), '--no-wait'])
await until('the worker has given up', async () => await stateOf('shop/worker') === 'failed')
// Charts need a while to show something.
await new Promise(resolve => setTimeout(resolve, 20_000))
const browser = await start(process.env.PAGE_URL)
// Somebody has it open, so that there is an hour of samples, as far as it goes.
await browser.open('#/')
await new Promise(resolve => setTimeout(resolve, 45_000))
const views = [
  ['processes', '#/', 'a.name'], ['logs', '#/p/shop%2Fapi/logs', '.log-line'], ['why', '#/p/shop%2Fworker/why', '.why'], ['graph', '#/graph', 'svg'],
]
for (const scheme of ['light', 'dark'])
  for (const [name, hash, shown] of scheme === 'light' ? views.slice(0, 2) : views) {
    const page = await browser.open(hash, { width: 1400, height: 640, colorScheme: scheme })
    await page.locator(shown).first().waitFor({ timeout: 10_000 }).catch(() => console.error(`There is no ${shown} at ${hash}`))
    await page.waitForTimeout(1500)
    await page.screenshot({ path: join(folder, `page-${name}${scheme === 'light' ? '-light' : ''}.png`) })
    await page.context().close()
  }
await browser.close()
await sentinel(['down', '--forget', '--file', join(project, 'sentinel.toml')])
await rm(join(project, '..'), { recursive: true })
