import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

export const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  // A name that somebody else has made point to this machine.
  '--host-resolver-rules=MAP rebound.test 127.0.0.1',
  // What is tried is how the server keeps out pages, not how this browser does.
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests']

/**
 * A browser that is signed in once with the one-use code of `url`. `open` gives a page at a hash, `visit` a page of any address in a browser
 * that is signed in, and `complaints` has what no test may cause: errors on the console, what the content security policy refuses, requests
 * to another host. Pages that were visited may do all that.
 */
export async function start(url) {
  const origin = new URL(url).origin
  const complaints = []
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
  const watch = page => {
    page.on('pageerror', error => complaints.push(`error: ${error.message}`))
    page.on('console', message => {
      // A gone daemon is told by 503s, which the browser logs by itself.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(`console: ${message.text()}`)
    })
    page.on('request', request => { if (!request.url().startsWith(origin) && !request.url().startsWith('about:')) complaints.push(`request: ${request.url()}`) })
  }
  const first = await browser.newContext()
  const page = await first.newPage()
  watch(page)
  await page.goto(url)
  await page.locator('.top').waitFor()
  const signedIn = await first.storageState()
  const left = page.url()
  await first.close()
  return {
    origin,
    complaints,
    left,
    async open(hash, { width = 1280, height = 800, signedOut = false, prepare = async () => {}, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, storageState: signedOut ? undefined : signedIn, ...options })
      const one = await context.newPage()
      watch(one)
      await prepare(one)
      await one.goto(origin + '/' + hash)
      return one
    },
    async visit(url, { signedOut = false, prepare = async () => {} } = {}) {
      const context = await browser.newContext({ storageState: signedOut ? undefined : signedIn })
      const one = await context.newPage()
      await prepare(one)
      await one.goto(url)
      return one
    },
    close: () => browser.close(),
  }
}
