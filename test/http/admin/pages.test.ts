import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { engines } from '../../support/databases.ts'
import { asPart, assertStatus, elementOf, openAdmin, type AdminWorld, type WorldIds } from './support.ts'

/** Every page that is read: its address, what must stand on it, the permission that opens it, and a part of it. */
interface Case {
  at: (ids: WorldIds) => string
  facts: readonly RegExp[]
  permission: string
  part?: (ids: WorldIds) => string
}

const cases: readonly Case[] = [
  {
    at: () => '/admin/clients',
    facts: [/Northwind Ltd \(Ada Lind\)/, /Otto Quist/],
    permission: 'client.list',
  },
  {
    at: () => '/admin/clients/new',
    facts: [/Owner’s e-mail/],
    permission: 'client.create',
    part: () => 'client-form',
  },
  {
    at: (ids) => `/admin/clients/${ids.client}`,
    facts: [/Northwind Ltd/, /Minecraft/, /INV-2026-00002/, /Kai 7, 28195 Bremen, Germany/],
    permission: 'client.read',
    part: (ids) => `client-${ids.client}-invoices`,
  },
  {
    at: (ids) => `/admin/clients/${ids.client}/edit`,
    facts: [/value="Northwind Ltd"/],
    permission: 'client.change',
  },
  {
    at: (ids) => `/admin/clients/${ids.client}/credit`,
    facts: [/No credit was ever booked/],
    permission: 'client.read',
  },
  {
    at: (ids) => `/admin/clients/${ids.client}/suspend`,
    facts: [/Services that run go on running/],
    permission: 'client.suspend',
  },
  { at: () => '/admin/orders', facts: [/Northwind Ltd/], permission: 'order.list' },
  {
    at: (ids) => `/admin/orders/${ids.order}`,
    facts: [/Minecraft/, /This is the first order/],
    permission: 'order.read',
    part: (ids) => `order-${ids.order}-sums`,
  },
  {
    at: (ids) => `/admin/orders/${ids.order}/reject`,
    facts: [/Give back what was paid/],
    permission: 'order.reject',
  },
  { at: () => '/admin/services', facts: [/Minecraft/, /Being created/], permission: 'service.list' },
  {
    at: (ids) => `/admin/services/${ids.service}`,
    facts: [/Minecraft/, /Provider unreachable/, /memory/],
    permission: 'service.read',
    part: (ids) => `service-${ids.service}-deliveries`,
  },
  {
    at: (ids) => `/admin/services/${ids.service}/terminate`,
    facts: [/Removed data does not come back/],
    permission: 'service.terminate',
  },
  { at: (ids) => `/admin/services/${ids.service}/change`, facts: [/New plan/], permission: 'service.change' },
  {
    at: () => '/admin/deliveries',
    facts: [/Provider unreachable/, /node-7/],
    permission: 'delivery.list',
    part: () => 'delivery-failures',
  },
  {
    at: (ids) => `/admin/deliveries/${ids.delivery}`,
    facts: [/connect ECONNREFUSED/, /Adopt what exists/],
    permission: 'delivery.read',
  },
  {
    at: (ids) => `/admin/deliveries/${ids.delivery}/abandon`,
    facts: [/No further try is made/],
    permission: 'delivery.abandon',
  },
  {
    at: () => '/admin/invoices',
    facts: [/INV-2026-00001/, /INV-2026-00002/, /INV-2026-00003/],
    permission: 'invoice.list',
  },
  {
    at: (ids) => `/admin/invoices/new?client=${ids.client}`,
    facts: [/name="description\[0\]"/],
    permission: 'invoice.create',
  },
  {
    at: (ids) => `/admin/invoices/${ids.overdue}`,
    facts: [/INV-2026-00002/, /Overdue/, /€47\.60/, /revenue:manual/],
    permission: 'invoice.read',
    part: (ids) => `invoice-${ids.overdue}-summary`,
  },
  {
    at: (ids) => `/admin/invoices/${ids.orderInvoice}/why/1`,
    facts: [/How it was computed/],
    permission: 'invoice.read',
  },
  {
    at: (ids) => `/admin/invoices/${ids.overdue}/void`,
    facts: [/€47\.60 is reversed in the ledger/],
    permission: 'invoice.void',
  },
  {
    at: (ids) => `/admin/invoices/${ids.overdue}/payment`,
    facts: [/value="47\.60"/, /Cards/],
    permission: 'payment.record',
  },
  {
    at: (ids) => `/admin/invoices/${ids.overdue}/charge`,
    facts: [/has no saved method/],
    permission: 'payment.charge',
  },
  { at: () => '/admin/payments', facts: [/€29\.75/, /INV-2026-00003/], permission: 'payment.list' },
  {
    at: (ids) => `/admin/payments/${ids.payment}`,
    facts: [/BANK-1/, /Nothing was refunded/],
    permission: 'payment.read',
  },
  {
    at: (ids) => `/admin/payments/${ids.payment}/refund`,
    facts: [/At most €29\.75/],
    permission: 'payment.refund',
  },
  { at: () => '/admin/transactions', facts: [/BANK-1/], permission: 'transaction.list' },
  { at: () => '/admin/disputes', facts: [/No disputes/], permission: 'dispute.list' },
  { at: () => '/admin/webhook-events', facts: [/No events/], permission: 'webhook.list' },
  {
    at: () => '/admin/billing',
    facts: [/Billing run/, /Services suspended if nothing is paid/],
    permission: 'billing.preview',
    part: () => 'billing-figures',
  },
  {
    at: () => '/admin/billing/runs',
    facts: [/Nobody is set aside/, /No run yet/],
    permission: 'billing.preview',
  },
  {
    at: () => '/admin',
    facts: [/Needs a person/, /Orders to decide/, /Deliveries that failed/],
    permission: 'board.read',
    part: () => 'board-figures',
  },
  {
    at: () => '/admin/search?q=northwind',
    facts: [/Northwind Ltd/],
    permission: 'search.read',
    part: () => 'search-clients',
  },
  { at: () => '/admin/search?q=INV-2026-00002', facts: [/INV-2026-00002/], permission: 'search.read' },
  {
    at: () => '/admin/ledger',
    facts: [/receivable/, /tax:VAT:190000/],
    permission: 'ledger.read',
    part: () => 'ledger-accounts-EUR',
  },
  {
    at: () => '/admin/ledger/journals',
    facts: [/Invoice issued/, /Payment received/],
    permission: 'ledger.read',
  },
  {
    at: () => '/admin/servers',
    facts: [/node-7/, /0 \/ 40/],
    permission: 'server.list',
    part: () => 'servers',
  },
  {
    at: () => '/admin/servers/new',
    facts: [/Set up a plugin for a panel first/],
    permission: 'server.create',
  },
  {
    at: (ids) => `/admin/servers/${ids.server}`,
    facts: [/value="node-7"/, /Start maintenance/],
    permission: 'server.read',
  },
  { at: () => '/admin/tax', facts: [/Kontor Hosting GmbH/, /19%/], permission: 'tax_rule.list' },
  {
    at: () =>
      '/admin/tax/preview?country=DE&buyer_kind=consumer&tax_class=standard&on=2026-01-15&amount=9.95&currency=EUR&inclusive=on',
    facts: [/€8\.36/, /€1\.59/, /Once for each rate of a document/],
    permission: 'tax_rule.preview',
  },
  {
    at: () => '/admin/tax/sets',
    facts: [/European Union/, /Import table/],
    permission: 'tax_rule.add_preset',
  },
  {
    at: (ids) => `/admin/tax/${ids.taxRule}/edit`,
    facts: [/only its end can change/],
    permission: 'tax_rule.change',
  },
  { at: () => '/admin/coupons', facts: [/No coupons/], permission: 'coupon.list' },
  { at: () => '/admin/coupons/new', facts: [/Per client at most/], permission: 'coupon.create' },
  { at: () => '/admin/catalog', facts: [/Minecraft/, /On sale/], permission: 'catalog.read' },
  { at: () => '/admin/catalog/import', facts: [/YAML/], permission: 'catalog.import' },
  { at: (ids) => `/admin/catalog/groups/${ids.group}`, facts: [/Minecraft/], permission: 'group.read' },
  { at: () => '/admin/catalog/products/new', facts: [/Save as draft/], permission: 'product.create' },
  {
    at: (ids) => `/admin/catalog/products/${ids.product}`,
    facts: [/value="Minecraft"/],
    permission: 'product.read',
    part: (ids) => `product-${ids.product}-facts`,
  },
  {
    at: (ids) => `/admin/catalog/products/${ids.product}?tab=prices`,
    facts: [/name="amount\[1m:EUR\]" value="4\.90"/],
    permission: 'product.read',
  },
  {
    at: (ids) => `/admin/catalog/products/${ids.product}?tab=options`,
    facts: [/memory/, /Frankfurt, New York/],
    permission: 'product.read',
  },
  {
    at: () => '/admin/plugins',
    facts: [/Cards/, /Test gateway/],
    permission: 'plugin.list',
    part: () => 'plugin-instances',
  },
  {
    at: () => '/admin/plugins/install',
    facts: [/type="file"/, /enctype="multipart\/form-data"/, /Nothing waits/],
    permission: 'plugin.offer',
  },
  {
    at: () => '/admin/plugins/index',
    facts: [/No list of plugins is set/],
    permission: 'plugin.read_index',
  },
  {
    at: () => '/admin/plugins/health',
    facts: [/No process runs plugin hosts/],
    permission: 'plugin.read',
  },
  {
    at: (ids) => `/admin/plugins/instances/${ids.instance}`,
    facts: [/value="Cards"/, /\/webhooks\/plg_/],
    permission: 'plugin.read',
  },
  { at: () => '/admin/jobs', facts: [/No job was given up/], permission: 'job.list' },
  { at: () => '/admin/events', facts: [/order\.placed/, /invoice\.issued/], permission: 'event.list' },
  { at: () => '/admin/messages', facts: [/No mails/], permission: 'message.list' },
  { at: () => '/admin/audit', facts: [/invoice\.issue/, /order\.place/], permission: 'audit.list' },
  {
    at: () => '/admin/settings',
    facts: [/Reminders and suspension/],
    permission: 'setting.read',
    part: () => 'setting-topics',
  },
  {
    at: () => '/admin/settings/dunning',
    facts: [/Grace before suspension/, /Default: 1, 3, 7/],
    permission: 'setting.read',
    part: () => 'settings-dunning',
  },
  { at: () => '/admin/staff', facts: [/Ada Quay/], permission: 'staff.list' },
  { at: () => '/admin/staff/new', facts: [/it holds for three days/], permission: 'staff.create' },
  { at: () => '/admin/roles', facts: [/Roles/], permission: 'role.list' },
  { at: () => '/admin/roles/new', facts: [/What this role may do/, /invoice/], permission: 'role.create' },
  {
    at: () => '/admin/health',
    facts: [/answers in 1 ms/],
    permission: 'health.read',
    part: () => 'health-lines',
  },
]

/** Stand for ids in the names of tests, and for unknown ones. */
const NAMES = Object.fromEntries(
  [
    'client',
    'order',
    'service',
    'delivery',
    'overdue',
    'orderInvoice',
    'payment',
    'product',
    'group',
    'server',
    'instance',
  ].map((name) => [name, '…']),
) as unknown as WorldIds

const STATEMENTS_MAX = 15
const countingOptions = { options: { url: null, proxies: [], kind: 'real', countStatements: true } } as const

for (const engine of engines)
  describe(`pages of staff (${engine})`, () => {
    let world: AdminWorld
    before(async () => {
      world = await openAdmin(engine, countingOptions)
    })
    after(() => world.close())

    for (const { at, facts, permission, part } of cases) {
      const name = at(NAMES)
      it(`${name} shows its facts in few statements`, async () => {
        const page = await world.staff.get(at(world.ids))
        assertStatus(page, 200)
        for (const fact of facts) assert.match(page.text.replace(/\s+/g, ' '), fact)
        assert.equal((page.text.match(/<h1/g) ?? []).length, 1)
        assert.ok(
          Number(page.headers.get('x-statements')) <= STATEMENTS_MAX,
          `${name}: ${page.headers.get('x-statements')} statements`,
        )
      })
      it(`${name} names the permission that is missing`, async () => {
        clerk ??= world.signedIn(['key.none'])
        const page = await (await clerk).get(at(world.ids))
        assertStatus(page, 403)
        assert.match(page.text, new RegExp(permission.replace('.', '\\.')))
      })
      if (part)
        it(`${name} answers its part ${part(NAMES)} as it stands in the page`, async () => {
          const id = part(world.ids)
          const page = await world.staff.get(at(world.ids))
          const answer = await world.staff.get(at(world.ids), asPart(id))
          assertStatus(answer, 200)
          assert.doesNotMatch(answer.text, /<html/)
          assert.equal(elementOf(answer.text, id), elementOf(page.text, id))
        })
    }

    let clerk: ReturnType<AdminWorld['signedIn']> | undefined

    it('answers 404 for ids that do not exist, on every page of one record', async () => {
      for (const { at } of cases) {
        const address = at(NAMES)
        if (address === at({ ...NAMES, client: '', order: '' } as WorldIds) && !address.includes('…'))
          continue
        const page = await world.staff.get(address.replaceAll('…', 'x'))
        assertStatus(page, 404)
      }
    })

    it('asks whoever is not signed in to sign in, and come back', async () => {
      const page = await world.web.browser().get('/admin/invoices?status=overdue')
      assert.equal(page.status, 303)
      assert.equal(page.location, '/admin/sign-in?next=%2Fadmin%2Finvoices%3Fstatus%3Doverdue')
    })
  })
