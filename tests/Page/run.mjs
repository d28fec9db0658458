// Tests of the page against a server: PAGE_URL is the link with its code, SENTINEL the program and SENTINEL_HOME the home
// that the server shows. They start processes of their own there and delete them. Arguments choose tests by a part of a name.
import { start } from './browser.mjs'
import { sentinel } from './home.mjs'
import * as actions from './actions.test.mjs'
import * as guard from './guard.test.mjs'
import * as logs from './logs.test.mjs'
import * as looks from './looks.test.mjs'

if (!process.env.PAGE_URL || !process.env.SENTINEL_HOME) {
  console.error('Set PAGE_URL to the link that sentinel web prints, and SENTINEL_HOME to its home.')
  process.exit(2)
}
const wanted = process.argv.slice(2)
const tests = [actions, guard, logs, looks].flatMap(Object.entries).filter(([name]) => !wanted.length || wanted.some(part => name.includes(part)))
const browser = await start(process.env.PAGE_URL)
let failed = 0
let skipped = 0
for (const [name, test] of tests) {
  const mine = []
  browser.complaints.length = 0
  const pages = []
  const noted = open => async (...args) => {
    const page = await open(...args)
    pages.push(page)
    return page
  }
  const context = {
    ...browser,
    open: noted(browser.open),
    visit: noted(browser.visit),
    own(process) {
      mine.push(process)
      return process
    },
    skip(why) { throw Object.assign(new Error(why), { skip: true }) },
  }
  try {
    await test(context)
    if (browser.complaints.length) throw new Error(browser.complaints.join('\n'))
    console.log(`passed  ${name}`)
  } catch (error) {
    if (error.skip) {
      skipped++
      console.log(`skipped ${name}: ${error.message}`)
    } else {
      failed++
      console.log(`FAILED  ${name}\n  ${error.message.split('\n').slice(0, 12).join('\n  ')}`)
      if (process.env.PICTURES) await pages.at(-1)?.screenshot({ path: `${process.env.PICTURES}/${name}.png` }).catch(() => {})
    }
  }
  for (const page of pages) await page.context().close()
  for (const process of mine.reverse()) await sentinel(['delete', process], { allowed: true })
}
await browser.close()
console.log(`${tests.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`)
process.exit(failed ? 1 : 0)
