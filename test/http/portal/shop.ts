import { makeBuyer } from '../../billing/support.ts'
import { makeClient, makeMembership, makeUser, PASSWORD } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import type { Web, WebBrowser } from '../../support/web.ts'

/** A brand with 19 % tax, a client with its user, and a second client of the same brand: the foreigner. */
export async function makePortal(means: TestMeans) {
  const { brand, client } = await makeBuyer(means)
  const user = await makeUser(means, { realm_id: brand.realm_id })
  await makeMembership(means, { client_id: client.id, user_id: user.id })
  const foreign = await makeClient(means, { brand_id: brand.id, name: 'Ben Moor' })
  return { brand, client, user, foreign }
}

export async function signedIn(web: Web, user: { email: string }): Promise<WebBrowser> {
  const browser = web.browser()
  await browser.signIn(user.email, PASSWORD)
  return browser
}

/** Text as read: without tags, spaces joined. */
export const textOf = (html: string): string =>
  html
    .replace(/<(script|style|svg)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
