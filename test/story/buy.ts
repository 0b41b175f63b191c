import { formOf, textOf, type Page } from './browser.ts'
import { until } from './processes.ts'
import { idIn, landed } from './set-up.ts'
import type { World } from './world.ts'

export const CLIENT = { email: 'mara@post.example', password: 'three-lanterns-by-the-lake' }
/** Wants 3-D Secure while the client is there, and passes later as a saved card. */
const CARD = '4000002500003155'

/** A visitor makes an account, follows the link in the mail, and signs in. */
export async function signUp(world: World): Promise<void> {
  const { client } = world
  const profile = { name: 'Mara Lindner', country: 'DE', ...CLIENT }
  const sent = await client.fill('/sign-up', '/sign-up', profile)
  if (sent.status !== 200) throw new Error(`The account was not made: ${textOf(sent)}`)
  const link = await linkInMail(world, /\/verify-email\/[\w-]+/)
  await client.fill(link, link, {})
  await signIn(world)
}

export async function signIn({ client }: World): Promise<void> {
  const page = await client.fill('/sign-in', '/sign-in', CLIENT)
  if (!page.url.pathname.startsWith('/portal')) throw new Error(`The client cannot sign in: ${textOf(page)}`)
}

/** The newest address in somebody's mail that fits. */
export async function linkInMail({ mail }: World, pattern: RegExp, to = CLIENT.email): Promise<string> {
  let link: string | undefined
  await until(
    async () => {
      const answer = await fetch(`${mail}/messages.json`)
      const messages = (await answer.json()) as { to: string[]; text: string }[]
      const own = messages.filter((message) => message.to.includes(to))
      link = own.map(({ text }) => pattern.exec(text)?.[0]).find((found) => found !== undefined)
      return link !== undefined
    },
    `a mail with a link like ${String(pattern)}`,
  )
  return link!
}

/** Configures a server, uses the coupon, and orders it; answers the order's page after the payment. */
export async function buyServer(world: World, location = 'frankfurt'): Promise<Page> {
  const { client } = world
  const product = await client.get('/products/minecraft')
  const chosen = {
    cycle: '1m',
    'o.memory': '4gb',
    'o.location': location,
    'o.daily-backups': '1',
    'o.databases': '1',
    'f.version': 'latest',
    'f.eula': '1',
    coupon: 'WELCOME20',
  }
  landed(await client.submit(product, formOf(product, '/cart/items'), chosen), '/cart')
  const checkout = landed(await client.get('/checkout'), '/checkout')
  const form = formOf(checkout, '/checkout')
  const filled = {
    ...{ country: 'DE', address_1: 'Seeufer 4', postcode: '18055', city: 'Rostock' },
    ...{ pay: radioOf(checkout, 'pay', /^gateway:/), save: '1', terms: radioOf(checkout, 'terms', /./) },
  }
  const hosted = await client.submit(checkout, form, filled)
  const back = await payByCard(world, hosted)
  idIn(back, /^\/orders\/(\w+)$/)
  return back
}

/** Types the card in at the hosted page, agrees at the bank's page, and comes back to the shop. */
export async function payByCard({ client, stripe }: World, hosted: Page): Promise<Page> {
  if (hosted.url.origin !== stripe)
    throw new Error(`Expected the hosted page, and came to ${hosted.url.href}: ${textOf(hosted)}`)
  const typed = { number: CARD, expiry: '12 / 39', cvc: '123' }
  const bank = await client.submit(hosted, formOf(hosted, /^\/pay\//), typed)
  if (!bank.url.pathname.endsWith('/3ds')) throw new Error(`The bank was not asked: ${textOf(bank)}`)
  return client.submit(bank, formOf(bank, /\/3ds$/), { outcome: 'complete' })
}

/** The value of a radio button or tick of that name that fits. */
export function radioOf({ html, url }: Page, name: string, pattern: RegExp): string {
  for (const [tag] of html.matchAll(/<input\b[^>]*>/g)) {
    const value = / value="([^"]*)"/.exec(tag)?.[1]
    if (tag.includes(` name="${name}"`) && value !== undefined && pattern.test(value)) return value
  }
  throw new Error(`${url.pathname} offers nothing like ${String(pattern)} for ${name}.`)
}
