import assert from 'node:assert/strict'
import { formOf, textOf } from './browser.ts'
import { buyServer, payByCard, signUp } from './buy.ts'
import { readBooks, rowsOf } from './books.ts'
import { goOn, goToFirstDay } from './clock.ts'
import { until } from './processes.ts'
import { control, idIn, importIntoNothing, landed, setUp } from './set-up.ts'
import type { World } from './world.ts'

interface Act {
  /** Day of expected.csv. */
  on: string
  what: string
  act?: (world: World) => Promise<void>
}

const decline = { status: 402, type: 'card_error', code: 'card_declined', message: 'Your card was declined.' }
const refuseCharges = (times: number) => ({ ...decline, times, path: '/v1/payment_intents', method: 'POST' })

/** The year in order. A line without an act only looks at the books at the end of a month. */
export const year: readonly Act[] = [
  { on: '2028-01-31', what: 'sign up, order, pay with 3-D Secure', act: order },
  { on: '2028-02-29', what: 'the first renewal is paid' },
  { on: '2028-03-31', what: 'the last period with the coupon' },
  { on: '2028-04-29', what: 'the bank begins to decline', act: ({ stripe }) => refuse(stripe, 1) },
  { on: '2028-04-30', what: 'the renewal fails', act: (world) => owes(world, '10.59') },
  { on: '2028-05-02', what: 'the second try is taken', act: (world) => owes(world, '0.00') },
  { on: '2028-05-30', what: 'the bank declines again', act: ({ stripe }) => refuse(stripe, 2) },
  { on: '2028-05-31', what: 'the renewal fails', act: (world) => owes(world, '10.59') },
  { on: '2028-06-03', what: 'the server is suspended', act: (world) => panelHas(world, { suspended: true }) },
  { on: '2028-06-04', what: 'the client pays, and it is released', act: payOverdue },
  { on: '2028-06-30', what: 'the renewal is paid' },
  { on: '2028-07-15', what: 'from 4 GB to 8 GB', act: upgrade },
  { on: '2028-07-31', what: 'the first period with 8 GB' },
  { on: '2028-08-31', what: 'the renewal is paid' },
  { on: '2028-09-10', what: '5.00 go back', act: refund },
  { on: '2028-09-30', what: 'the renewal is paid' },
  { on: '2028-10-31', what: 'the renewal is paid' },
  { on: '2028-11-30', what: 'the last renewal is paid' },
  { on: '2028-12-10', what: 'the client cancels', act: cancel },
  { on: '2028-12-31', what: 'the server is removed', act: (world) => panelHas(world, null) },
  { on: '2029-01-31', what: 'nothing follows' },
]

/** Sets up the shop, buys, and shows the server at the panel. */
async function order(world: World): Promise<void> {
  await setUp(world)
  await signUp(world)
  const bought = await buyServer(world)
  await panelHas(world, { suspended: false, memory: 4096 })
  const seen = await world.client.get(bought.url.pathname + bought.url.search)
  assert.match(textOf(seen), /Payment \(done\)/)
}

export const refuse = async (stripe: string, times: number) =>
  void (await control(stripe, 'fail', refuseCharges(times)))

/** What the books say is open, at this moment. */
async function owes({ staff }: World, sum: string): Promise<void> {
  const last = (await readBooks(staff)).at(-1)!
  assert.equal(last.split(',')[5], sum, `what is owed after "${last}"`)
}

interface PanelServer {
  status: string | null
  suspended?: boolean
  limits: { memory: number }
}

/** Null: it has no server any more. */
export async function panelHas(
  { panel }: World,
  wanted: { suspended: boolean; memory?: number } | null,
): Promise<void> {
  let seen = ''
  const fits = async () => {
    const { servers } = (await (await fetch(`${panel}/_control/state`)).json()) as { servers: PanelServer[] }
    seen = JSON.stringify(servers)
    if (wanted === null || servers.length === 0) return wanted === null && servers.length === 0
    const [{ status, suspended = status === 'suspended', limits }] = servers as [PanelServer]
    return suspended === wanted.suspended && (wanted.memory === undefined || limits.memory === wanted.memory)
  }
  await until(fits, `the panel to have ${JSON.stringify(wanted)}`, 20_000).catch((error: unknown) => {
    throw new Error(`${String(error)} It has ${seen}.`)
  })
}

/** The client opens what is overdue and pays at the hosted page. */
export async function payOverdue(world: World): Promise<void> {
  const { client, stripe } = world
  await control(stripe, 'clear-faults', {})
  const list = await client.get('/portal/invoices?show=unpaid')
  const id = /\/portal\/invoices\/(inv_\w+)/.exec(list.html)?.[1]
  assert.ok(id, `nothing is overdue: ${textOf(list)}`)
  const pay = await client.get(`/portal/invoices/${id}/pay`)
  const form = formOf(pay, `/portal/invoices/${id}/pay`, 'gateway')
  landed(await payByCard(world, await client.submit(pay, form)), `/portal/invoices/${id}/pay`)
  await panelHas(world, { suspended: false })
}

/** Chooses more memory, looks at the sum, agrees, and pays with the saved card. */
async function upgrade(world: World): Promise<void> {
  const { client } = world
  const service = await serviceOf(world)
  const change = await client.get(`/portal/services/${service}/upgrade`)
  const asked = formOf(change, `/portal/services/${service}/upgrade/preview`)
  const memory = /<select\b[^>]*name="(o\.\w+)"[^>]*>(?:(?!<\/select>)[\s\S])*value="8gb"/.exec(
    change.html,
  )?.[1]
  assert.ok(memory, `memory cannot be changed: ${textOf(change)}`)
  const preview = await client.submit(change, asked, { [memory]: '8gb' })
  assert.match(textOf(preview), /Tax €0\.49 To pay today €3\.07/)
  const pay = await client.submit(preview, formOf(preview, `/portal/services/${service}/upgrade`))
  const { pathname } = pay.url
  idIn(pay, /^\/portal\/invoices\/(\w+)\/pay$/)
  landed(await client.submit(pay, formOf(pay, pathname, 'method')), pathname)
  await panelHas(world, { suspended: false, memory: 8192 })
}

/** Staff give back 5.00 of what was paid for August. */
async function refund({ staff }: World): Promise<void> {
  const list = await staff.get('/admin/transactions')
  const newest = rowsOf(list)[0]?.join('') ?? ''
  const payment =
    /\/admin\/payments\/(pay_\w+)/.exec(newest)?.[1] ?? /\/admin\/payments\/(pay_\w+)/.exec(list.html)?.[1]
  assert.ok(payment, `no payment is listed: ${textOf(list)}`)
  const filled = { amount: '5.00', destination: 'source', reason: 'A day without the server in August' }
  const done = await staff.fill(
    `/admin/payments/${payment}/refund`,
    `/admin/payments/${payment}/refund`,
    filled,
  )
  landed(done, `/admin/payments/${payment}`)
}

export async function cancel(world: World): Promise<void> {
  const service = await serviceOf(world)
  const path = `/portal/services/${service}/cancel`
  const done = await world.client.fill(path, path, { at: 'end', reason: 'not_needed' })
  landed(done, `/portal/services/${service}`)
}

async function serviceOf({ client }: World): Promise<string> {
  const list = await client.get('/portal/services')
  const id = /\/portal\/services\/(svc_\w+)/.exec(list.html)?.[1]
  assert.ok(id, `the client has no service: ${textOf(list)}`)
  return id
}

/** Lives through the year; `seen` is told of each stop. Answers what the books say at the end. */
export async function liveTheYear(
  world: World,
  dayOf: (day: string) => string,
  seen: (line: string) => void,
): Promise<string[]> {
  let today = dayOf(year[0]!.on)
  await importIntoNothing(world)
  await goToFirstDay(world, today)
  await world.processes.serve()
  for (const { on, what, act } of year) {
    await goOn(world, today, dayOf(on))
    today = dayOf(on)
    await act?.(world)
    assert.match(await world.processes.berth(['verify']), /^The books add up\.$/m, `berth verify on ${today}`)
    seen(`${today}  ${what}; verify is clean`)
  }
  return readBooks(world.staff)
}
