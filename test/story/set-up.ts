import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { formOf, textOf, type Page } from './browser.ts'
import { PANEL_HOST, STAFF, type World } from './world.ts'

const CATALOG = join(import.meta.dirname, '../../examples/catalog.yaml')

/** The main job on real input: the file of a whole provider goes into an installation that has nothing yet. */
export async function importIntoNothing({ processes }: World): Promise<void> {
  const said = await processes.berth(['catalog', 'import', CATALOG])
  const report = JSON.parse(said) as { created: number; prices: number; warnings: string[] }
  const homeless = report.warnings.filter((line) => line.endsWith('no plugin "pterodactyl" is set up'))
  if (report.created === 0 || report.prices === 0 || homeless.length === 0)
    throw new Error(`The import into nothing should make all goods and miss the panel: ${said}`)
}

/**
 * What staff do before the first client comes, by the forms of the desk: tax, ways to pay, the panel. The file is
 * imported once more, because its game servers find their panel only now.
 */
export async function setUp(world: World): Promise<void> {
  const { staff } = world
  await signInAsStaff(world)
  const tax = { country: 'DE', name: 'VAT', rate: '19', starts_on: '2020-01-01' }
  landed(await staff.fill('/admin/tax', '/admin/tax', tax), '/admin/tax')
  await addStripe(world)
  await addPanel(world)
  const yaml = readFileSync(CATALOG, 'utf8')
  landed(await staff.fill('/admin/catalog/import', '/admin/catalog/import', { yaml }), '/admin/catalog')
}

export async function signInAsStaff({ staff }: World): Promise<void> {
  landed(await staff.fill('/admin/sign-in', '/admin/sign-in', STAFF), '/admin')
}

/** What comes with Berth may do nothing before somebody has read what it asks for. */
async function grant({ staff }: World, plugin: string): Promise<void> {
  const page = `/admin/plugins/${plugin}/grant`
  landed(await staff.fill(page, page, { grant: 'on' }), `/admin/plugins/${plugin}/new`)
}

async function addStripe(world: World): Promise<void> {
  const { staff, stripe, shop, keys } = world
  await grant(world, 'stripe')
  const settings = { 'settings[api_key]': keys.stripe, 'settings[webhook_secret]': keys.webhook }
  const made = await staff.fill('/admin/plugins/stripe/new', '/admin/plugins/stripe', {
    name: 'Card',
    ...settings,
  })
  const instance = idIn(made, /^\/admin\/plugins\/instances\/(\w+)$/)
  await control(stripe, 'set-webhook', { url: `${shop}/webhooks/${instance}`, secret: keys.webhook })
}

async function addPanel(world: World): Promise<void> {
  const { staff, keys } = world
  await grant(world, 'pterodactyl')
  const made = await staff.fill('/admin/plugins/pterodactyl/new', '/admin/plugins/pterodactyl', {
    name: 'pterodactyl',
  })
  const instance = idIn(made, /^\/admin\/plugins\/instances\/(\w+)$/)
  const group = await staff.fill('/admin/servers', '/admin/server-groups', { name: 'game-nodes' })
  landed(group, '/admin/servers')
  const page = await staff.get(`/admin/servers/new?instance=${instance}`)
  const added = await staff.submit(page, formOf(page, '/admin/servers'), {
    name: 'Panel',
    group_id: optionOf(page, 'game-nodes'),
    'settings[panel_url]': `https://${PANEL_HOST}`,
    'settings[application_key]': keys.application,
    'settings[client_key]': keys.client,
  })
  idIn(added, /^\/admin\/servers\/(\w+)$/)
}

/** The value of the option that is called so. */
export function optionOf({ html, url }: Page, label: string): string {
  for (const [, value, text] of html.matchAll(/<option\b[^>]*\bvalue="([^"]*)"[^>]*>([^<]*)</g))
    if (text!.trim() === label) return value!
  throw new Error(`${url.pathname} offers no "${label}".`)
}

/** A control of a simulated company: how the story plays the outside world. */
export async function control(company: string, name: string, input: object): Promise<unknown> {
  const answer = await fetch(`${company}/_control/${name}`, { method: 'POST', body: JSON.stringify(input) })
  if (!answer.ok) throw new Error(`The control ${name} answered ${answer.status}: ${await answer.text()}`)
  return answer.json()
}

/** A form that was taken leads on; one that was refused stays where it is and says why. */
export function landed(page: Page, path: string): Page {
  if (page.status === 200 && page.url.pathname === path) return page
  throw new Error(
    `Expected to come to ${path}, and came to ${page.url.pathname} (${page.status}): ${textOf(page)}`,
  )
}

export function idIn(page: Page, pattern: RegExp): string {
  const id = page.status === 200 ? pattern.exec(page.url.pathname)?.[1] : undefined
  if (id !== undefined) return id
  throw new Error(
    `Expected an address like ${String(pattern)}, and came to ${page.url.pathname} (${page.status}): ${textOf(page)}`,
  )
}
