import { changePorts } from '../../core/app/wire/change-ports.ts'
import type { Db } from '../../core/db/index.ts'
import { sql } from '../../core/db/index.ts'
import type { StoredEvent } from '../../core/events/index.ts'
import { BerthError, cycle, isoDate, systemActor, type Actor, type IsoDate } from '../../core/kernel/index.ts'
import {
  createServices,
  deliver,
  runAct,
  serviceConsumers,
  type ChangeMeans,
  type DeliveryRow,
  type PluginCalls,
  type ProviderMeans,
  type ServiceRow,
  type ServiceSpec,
} from '../../core/services/index.ts'
import { noHooks } from '../../core/records/index.ts'
import { testMeans, type TestMeans } from '../support/means.ts'

const at = '2026-01-01T00:00:00.000Z'
/** Charged and to be charged without any discount. */
export const unlowered = { loweredIn: () => [], leftOf: () => null, lasting: () => ({ further: [] }) }
export const system = systemActor('test')
export const staff: Actor = {
  kind: 'staff',
  id: 'usr_staff',
  name: 'Ada',
  permissions: ['*'],
  brandIds: 'all',
  grants: [],
}
export const owner = (clientId = 'cli_a'): Actor => ({
  kind: 'client',
  id: 'usr_owner',
  name: 'Owner',
  permissions: [],
  brandIds: [],
  grants: [{ clientId, serviceId: null, rights: ['*'] }],
})

const stamps = { created_at: at, updated_at: at }

/** A brand, two clients, a product with two options, a plugin instance with a group of two servers. */
export async function seed(db: Db): Promise<void> {
  await db.insert('realms', [{ id: 'rlm_a', kind: 'clients', name: 'Clients', created_at: at }])
  await db.insert('sellers', [
    { id: 'sel_a', name: 'Seller', address: '{}', country: 'DE', email: 'seller@example.org', ...stamps },
  ])
  await db.insert('brands', [brand('brd_a'), brand('brd_b')])
  await db.insert('clients', [client('cli_a', 'brd_a'), client('cli_b', 'brd_b')])
  await db.insert('product_groups', [
    { id: 'grp_a', brand_id: 'brd_a', slug: 'g', name: 'Servers', position: 1, ...stamps },
  ])
  await db.insert('plugins', [
    {
      id: 'fake',
      version: '1.0.0',
      bundle_sha256: '0',
      manifest: '{}',
      granted: '{}',
      status: 'active',
      installed_at: at,
      updated_at: at,
    },
  ])
  await db.insert('plugin_instances', [
    { id: 'plg_a', plugin_id: 'fake', name: 'Panel', settings: '{}', status: 'active', ...stamps },
  ])
  await db.insert('products', [product('prd_small', 'Small'), product('prd_big', 'Big')])
  await db.insert('options', [option('opt_ram'), option('opt_slots')])
  await db.insert('server_groups', [{ id: 'svg_a', name: 'Group', fill: 'fill_first', ...stamps }])
  await db.insert('servers', [server('srv_1', 2), server('srv_2', 10)])
  await db.insert('users', [
    {
      id: 'usr_staff',
      realm_id: 'rlm_a',
      email: 'ada@example.org',
      email_key: 'ada@example.org',
      name: 'Ada',
      locale: 'en',
      status: 'active',
      ...stamps,
    },
  ])
  await db.insert('roles', [{ id: 'rol_a', name: 'Admin', permissions: '["*"]', ...stamps }])
  await db.insert('staff', [
    { id: 'stf_a', user_id: 'usr_staff', role_id: 'rol_a', status: 'active', ...stamps },
  ])
}

const brand = (id: string) => ({
  id,
  realm_id: 'rlm_a',
  seller_id: 'sel_a',
  name: id,
  slug: id,
  hosts: '[]',
  currency: 'EUR',
  currencies: '["EUR"]',
  locale: 'en',
  zone: 'UTC',
  prices_include_tax: 0,
  sender: '{}',
  status: 'active',
  ...stamps,
})

const client = (id: string, brand_id: string) => ({
  id,
  brand_id,
  kind: 'person',
  name: `Client ${id}`,
  email: `${id}@example.org`,
  address_1: 'Street 1',
  city: 'Town',
  postcode: '1',
  country: 'DE',
  currency: 'EUR',
  locale: 'en',
  zone: 'UTC',
  status: 'active',
  ...stamps,
})

const product = (id: string, name: string) => ({
  id,
  brand_id: 'brd_a',
  group_id: 'grp_a',
  slug: id,
  kind: 'service',
  name,
  features: '[]',
  status: 'active',
  position: 1,
  tax_class: 'standard',
  delivery_on: 'payment',
  instance_id: 'plg_a',
  server_group_id: 'svg_a',
  module_settings: '{}',
  ...stamps,
})

const option = (id: string) => ({
  id,
  product_id: 'prd_small',
  option_key: id,
  name: id,
  kind: 'choice',
  required: 0,
  position: 1,
  ...stamps,
})

const server = (id: string, capacity: number) => ({
  id,
  instance_id: 'plg_a',
  group_id: 'svg_a',
  name: id,
  settings: '{"url":"https://panel.example"}',
  capacity,
  status: 'active',
  ...stamps,
})

/** A monthly service of 10.00, paid from 15 January to 15 February. */
export function spec(over: Partial<ServiceSpec> = {}): ServiceSpec {
  return {
    brandId: 'brd_a',
    clientId: 'cli_a',
    orderItemId: 'ori_a',
    productId: 'prd_small',
    label: 'Small',
    currency: 'EUR',
    cycle: cycle('1m'),
    quantity: 1,
    amountMinor: 1_000n,
    recurringMinor: 1_000n,
    priceId: 'prc_small',
    taxClass: 'standard',
    zone: 'UTC',
    anchorOn: isoDate('2026-01-15'),
    chargedThrough: isoDate('2026-02-15'),
    nextPeriodOn: isoDate('2026-02-15'),
    periodIndex: 1,
    deliveryOn: 'payment',
    instanceId: 'plg_a',
    serverGroupId: 'svg_a',
    moduleSettings: { memory: 1024, location: 'de' },
    options: [],
    fields: [],
    ...over,
  }
}

export const monthlyFrom = (anchor: string, next: string, index = 1) => ({
  anchorOn: isoDate(anchor),
  chargedThrough: isoDate(next),
  nextPeriodOn: isoDate(next),
  periodIndex: index,
})

export interface Call {
  operation: string
  input: { service: { external_id: string; remote_id?: string; settings: object }; server: { id: string } }
  requestId: string | undefined
}

type Answer = object | Error | ((call: Call) => object | Promise<object>)

/** Plugin calls that answer by script, operation by operation; the last answer of a script repeats. */
export interface FakePlugins extends PluginCalls {
  readonly calls: Call[]
  script(operation: string, ...answers: Answer[]): void
  /** "create describe": what was called, in order. */
  log(): string
}

export function fakePlugins(): FakePlugins {
  const scripts = new Map<string, Answer[]>()
  const calls: Call[] = []
  return {
    calls,
    script: (operation, ...answers) => void scripts.set(operation, answers),
    log: () => calls.map((call) => call.operation).join(' '),
    async call<T>(...[, , operation, input, options]: Parameters<PluginCalls['call']>) {
      const call = { operation, input, requestId: options?.requestId } as Call
      calls.push(call)
      const script = scripts.get(operation) ?? [{ outcome: 'done' }]
      const answer = script.length > 1 ? script.shift()! : script[0]!
      if (answer instanceof Error) throw answer
      return (typeof answer === 'function' ? await answer(call) : answer) as T
    },
  }
}

export const lostAnswer = () =>
  new BerthError('plugin.timeout', 504, 'No answer in time.', { params: { outcome_unknown: true } })
export const hostLost = () =>
  new BerthError('plugin.host_lost', 503, 'The host ended.', { params: { outcome_unknown: true } })
export const tooBusy = () =>
  new BerthError('plugin.busy', 503, 'Too many calls.', { params: { outcome_unknown: false } })
export const transient = { outcome: 'failed', code: 'unreachable', message: 'down', kind: 'transient' }
export const permanent = { outcome: 'failed', code: 'bad_credentials', message: 'refused', kind: 'permanent' }

export type States = Pick<ServiceRow, 'delivery_status' | 'server_id' | 'remote_id'> &
  Pick<DeliveryRow, 'status' | 'step' | 'failure' | 'attempts'>

export interface Shop {
  means: TestMeans & ProviderMeans & ChangeMeans
  plugins: FakePlugins
  sell(over?: Partial<ServiceSpec>): Promise<string>
  service(id: string): Promise<ServiceRow>
  delivery(serviceId: string): Promise<DeliveryRow>
  /** Runs jobs and timers of the business clock up to `minutes` from now, as pump and runner would. */
  work(minutes?: number): Promise<void>
  events(type?: string): Promise<string[]>
  /** Lets services hear of an order or an invoice. */
  hear(type: string, subject: string, serviceIds: string[]): Promise<void>
  /** A service that is paid, its delivery begun. */
  sold(over?: Partial<ServiceSpec>): Promise<string>
  /** Service and newest delivery in short. */
  states(id: string): Promise<States>
  mails(): string[]
}

/** With plugins that answer by script, unless real ones are given. */
export function openShop(db: Db, real?: PluginCalls): Shop {
  const plugins = fakePlugins()
  // The instance offers all that a provisioner can.
  const offering = { instance: 'plg_a', plugin: 'fake', brand: null, stamp: '1' }
  const hooks = {
    ...noHooks,
    offering: (what: string) => (what.startsWith('provisioner.') ? [offering] : []),
  }
  const means = { ...testMeans(db), plugins: real ?? plugins, changes: changePorts, hooks }
  let done = 0
  let heard = 0
  const runJobs = async () => {
    for (; done < means.jobs.entered.length; done++) {
      const job = means.jobs.entered[done]!
      if (job.task === 'services.deliver')
        await deliver(means, (job.payload as { delivery_id: string }).delivery_id)
      if (job.task === 'services.act') await runAct(means, (job.payload as { act_id: string }).act_id)
    }
  }
  const hear: Shop['hear'] = async (type, subject, ids) => {
    const event = { id: `evt_${++heard}`, type, subject, body: { service_ids: ids } }
    for (const consumer of serviceConsumers(means))
      if (consumer.types.includes(type))
        await db.transaction((trx) => consumer.handle(trx, event as unknown as StoredEvent))
  }
  const sell: Shop['sell'] = (over) =>
    db.transaction(async (trx) => (await createServices(means, trx, [spec(over)], system))[0]!)
  return {
    means,
    plugins,
    sell,
    hear,
    sold: async (over) => {
      const id = await sell(over)
      await hear('invoice.paid', 'inv_1', [id])
      return id
    },
    states: async (id) => ({
      ...(await db.get<States>(sql`
        select s.delivery_status, s.server_id, s.remote_id, d.status, d.step, d.failure, d.attempts
        from services s join deliveries d on d.service_id = s.id where s.id = ${id} order by d.id desc limit 1`))!,
    }),
    service: async (id) => (await db.get<ServiceRow>(sql`select * from services where id = ${id}`))!,
    delivery: async (id) =>
      (await db.get<DeliveryRow>(
        sql`select * from deliveries where service_id = ${id} order by id desc limit 1`,
      ))!,
    work: async (minutes = 0) => {
      await runJobs()
      const end = new Date(Date.parse(means.business.now()) + minutes * 60_000).toISOString()
      for (;;) {
        const timer = await db.get<{ timer_key: string; due_at: string; payload: string }>(
          sql`select * from timers where due_at <= ${end} order by due_at limit 1`,
        )
        if (!timer) break
        await db.run(sql`delete from timers where timer_key = ${timer.timer_key}`)
        if (timer.due_at > means.business.now()) {
          means.clock.advance(Date.parse(timer.due_at) - Date.parse(means.business.now()))
          means.business.set(timer.due_at)
        }
        const payload = JSON.parse(timer.payload) as { delivery_id: string; act_id?: string }
        if (payload.act_id !== undefined) await runAct(means, payload.act_id)
        else await deliver(means, payload.delivery_id)
        await runJobs()
      }
      if (end > means.business.now()) {
        means.clock.advance(Date.parse(end) - Date.parse(means.business.now()))
        means.business.set(end)
      }
    },
    events: async (type) =>
      (
        await db.all<{ type: string }>(
          sql`select type from events where type like ${type ?? '%'} order by id`,
        )
      ).map((row) => row.type),
    mails: () => means.jobs.of('mail.send').map((payload) => (payload as { template: string }).template),
  }
}

export const day = (text: string): IsoDate => isoDate(text)
