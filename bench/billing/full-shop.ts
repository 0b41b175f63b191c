import { verifyBooks } from '../../core/billing/index.ts'
import { list, sql, type Db, type Sql } from '../../core/db/index.ts'
import { assert } from '../../core/kernel/index.ts'
import type { Means } from '../../core/records/index.ts'
import { DAY, fillShop } from './shop.ts'

/**
 * The plain shop with everything in play that a shop sells by. Clients and services differ by their numbers:
 * of twenty clients three are in Austria, two are French businesses, three are in the United States, the others in
 * Germany; six pay in dollars or pounds, two have a price list, two hold credit (one of them more than it owes).
 * Of twenty services three have a coupon, six an option and two of them a second one, two a quantity, one is yearly,
 * two run for a fixed term; of the second services of clients a fifth are add-ons of the first ones.
 */
export async function fillFullShop(means: Means, services: number): Promise<void> {
  await fillShop(means, services)
  const { db } = means
  // One whom the tests' maker made, without a number and without services.
  await db.run(sql`delete from clients where id not like 'cli_01aaaaaaaaa%'`)
  await addTaxRules(means)
  await spreadClients(means)
  await db.run(
    sql`update services set currency = (select c.currency from clients c where c.id = services.client_id)`,
  )
  await addOptions(means)
  await addPrices(means)
  await addCoupons(means)
  await spreadServices(db, services / 2)
  await giveCredit(means)
}

/** The number that `fillShop` gave the row. */
const numberIn = (id: Sql): Sql => sql`cast(substr(${id}, 16) as bigint)`

/** Whether a client is of these among twenty. */
const isClient = (id: Sql, ...of: number[]): Sql => sql`${numberIn(id)} % 20 in (${list(of.map(BigInt))})`

/** The same of a service, in threes, so that any kind of service is met with any kind of client. */
const isService = (id: Sql, ...of: number[]): Sql =>
  sql`${numberIn(id)} / 3 % 20 in (${list(of.map(BigInt))})`

async function addTaxRules({ db, newId }: Means): Promise<void> {
  const [rule] = await db.all<Record<string, string>>(sql`select * from tax_rules`)
  const others = [
    { country: 'AT', rate_ppm: 200_000 },
    { country: 'FR', rate_ppm: 200_000 },
    { country: 'FR', rate_ppm: 0, buyer_kind: 'business', treatment: 'reverse_charge', notes: NOTES },
  ]
  const usual = { ...rule, buyer_kind: 'any', treatment: 'standard', notes: '{}' }
  await db.insert(
    'tax_rules',
    others.map((other) => ({ ...usual, ...other, id: newId('tax') })),
  )
}

const NOTES = JSON.stringify({ en: 'Reverse charge.', de: 'Steuerschuldnerschaft des Leistungsempfängers.' })
const FRENCH_ID = 'FR40303265045'

async function spreadClients({ db, newId, business }: Means): Promise<void> {
  const now = business.now()
  const brand = (await db.get<{ id: string }>(sql`select brand_id as id from clients limit 1`))!
  const times = { created_at: now, updated_at: now }
  const prices = { id: newId('plt'), brand_id: brand.id, name: 'Resellers', discount_ppm: 200_000, ...times }
  const group = {
    id: newId('cgr'),
    brand_id: brand.id,
    name: 'Resellers',
    price_list_id: prices.id,
    ...times,
  }
  await db.insert('price_lists', [prices])
  await db.insert('client_groups', [group])
  const id = sql`id`
  await db.run(sql`update clients set
    country = case when ${isClient(id, 12, 13, 14)} then 'AT' when ${isClient(id, 15, 16)} then 'FR' when ${isClient(id, 17, 18, 19)} then 'US' else 'DE' end,
    currency = case when ${isClient(id, 1, 4, 13, 18)} then 'USD' when ${isClient(id, 7, 17)} then 'GBP' else 'EUR' end,
    client_group_id = case when ${isClient(id, 3, 15)} then ${group.id} end,
    locale = case when ${isClient(id, 2, 5, 12)} then 'de' else 'en' end`)
  await db.run(sql`update clients set kind = 'company', company = name || ' SARL', tax_id = ${FRENCH_ID},
    tax_id_valid_for = ${`FR:${FRENCH_ID}`}, tax_id_valid_through = '2026-12-31', tax_id_checked_at = ${now} where country = 'FR'`)
}

/** One sold by the piece and one by steps. */
async function addOptions({ db, newId, business }: Means): Promise<void> {
  const now = business.now()
  const product = (await db.get<{ id: string }>(sql`select id from products limit 1`))!
  const options = ['ip', 'disk'].map((key, i) => ({
    ...{
      id: newId('opt'),
      product_id: product.id,
      option_key: key,
      name: key,
      kind: 'quantity',
      required: 0,
    },
    ...{ position: i + 1, created_at: now, updated_at: now },
  }))
  await db.insert('options', options)
  const [ip, disk] = options.map(({ id }) => id) as [string, string]
  const add = (option: string, [quantity, minor]: [bigint, bigint], pricing: string | null, where: Sql) =>
    db.run(sql`insert into service_options (service_id, option_id, quantity, value, label, amount_minor, pricing)
      select s.id, ${option}, ${quantity}, '', ${`Option ${option === ip ? 'IPv4' : 'disk'}`}, ${minor}, ${pricing} from services s where ${where}`)
  await add(ip, [4n, 1_000n], null, isService(sql`s.id`, 1, 4, 8, 11, 14, 18))
  await add(disk, [75n, 640n], '50 × 8 + 25 × 9.6', isService(sql`s.id`, 4, 14))
}

/** Prices of the product and of the list, by which the services were sold. */
async function addPrices({ db, newId, business }: Means): Promise<void> {
  const product = (await db.get<{ id: string }>(sql`select id from products limit 1`))!
  const ofResellers = (await db.get<{ id: string }>(sql`select id from price_lists`))!
  for (const currency of ['EUR', 'USD', 'GBP'])
    for (const [list_id, amount_minor] of [
      [null, 599n],
      [ofResellers.id, 479n],
    ] as const) {
      const price = { id: newId('prc'), owner_id: product.id, cycle: '1m', currency, amount_minor, list_id }
      const since = { setup_minor: 0n, valid_from: '2025-01-01', created_at: business.now() }
      await db.insert('prices', [{ ...price, ...since }])
      const ofList = list_id === null ? sql`c.client_group_id is null` : sql`c.client_group_id is not null`
      await db.run(sql`update services set price_id = ${price.id}, amount_minor = ${amount_minor}
        where currency = ${currency} and client_id in (select c.id from clients c where ${ofList})`)
    }
}

async function addCoupons({ db, newId, business }: Means): Promise<void> {
  const now = business.now()
  const brand = (await db.get<{ id: string }>(sql`select brand_id as id from clients limit 1`))!
  const usual = { brand_id: brand.id, product_ids: '[]', status: 'active', created_at: now, updated_at: now }
  const percent = { id: newId('cpn'), code: 'SPRING', kind: 'percent', percent_ppm: 250_000, cycles: 3 }
  const amount = { id: newId('cpn'), code: 'LOYAL', kind: 'amount', currency: 'EUR', amount_minor: 100n }
  await db.insert('coupons', [{ ...usual, ...percent }])
  await db.insert('coupons', [{ ...usual, ...amount }])
  await db.run(
    sql`update services set coupon_id = ${percent.id}, coupon_cycles_left = 2 where ${isService(sql`id`, 3, 8)}`,
  )
  await db.run(
    sql`update services set coupon_id = ${amount.id} where ${isService(sql`id`, 16)} and currency = 'EUR'`,
  )
}

async function spreadServices(db: Db, clients: number): Promise<void> {
  const id = sql`id`
  await db.run(sql`update services set
    cycle = case when ${isService(id, 9)} then '1y' else '1m' end,
    quantity = case when ${isService(id, 2, 6)} then 3 else 1 end,
    amount_minor = amount_minor * (case when ${isService(id, 9)} then 10 when ${isService(id, 2, 6)} then 3 else 1 end),
    periods_left = case when ${isService(id, 5, 15)} then 6 end,
    period_index = case when ${isService(id, 5, 9, 15)} then 0 else ${numberIn(id)} % 24 end,
    anchor_on = case when ${isService(id, 5, 9, 15)} then anchor_on else ${anchorOf(id)} end,
    parent_id = case when ${numberIn(id)} >= ${BigInt(clients)} and ${numberIn(id)} % 5 = 2
      then (select min(o.id) from services o where o.client_id = services.client_id) end`)
  await db.run(sql`update services set recurring_minor = amount_minor
    + coalesce((select sum(o.amount_minor) from service_options o where o.service_id = services.id), 0)`)
}

/** The day on which a service began that has been charged for n months. */
function anchorOf(id: Sql): Sql {
  const months = Array.from({ length: 24 }, (_, n) => {
    const month = 26 * 12 - n
    const text = `20${String(Math.floor(month / 12)).padStart(2, '0')}-${String((month % 12) + 1).padStart(2, '0')}-20`
    return sql`when ${BigInt(n)} then ${text}`
  })
  return sql`case ${numberIn(id)} % 24 ${months.reduce((a, b) => sql`${a} ${b}`)} end`
}

/** Credit that staff gave: less than a document asks for, and more. */
async function giveCredit({ db, business }: Means): Promise<void> {
  const now = business.now()
  const holders = sql`from clients c where ${isClient(sql`c.id`, 0, 6)}`
  const minor = sql`case when ${isClient(sql`c.id`, 0)} then 300 else 900000 end`
  const own = (prefix: string) => sql`${prefix} || substr(c.id, 4)`
  await db.run(sql`insert into credit_grants (id, brand_id, client_id, currency, origin, amount_minor, priority, reason, created_at, updated_at)
    select ${own('crg')}, c.brand_id, c.id, c.currency, 'goodwill', ${minor}, 100, 'Bench', ${now}, ${now} ${holders}`)
  const posting = (position: bigint, client: Sql, account: string, amount: Sql) =>
    db.run(sql`insert into postings (journal_id, position, brand_id, client_id, account, currency, amount_minor)
      select ${own('jrn')}, ${position}, c.brand_id, ${client}, ${account}, c.currency, ${amount} ${holders}`)
  await posting(1n, sql`c.id`, 'client_credit', sql`-(${minor})`)
  await posting(2n, sql`null`, 'promotions', minor)
  await db.run(sql`insert into journals (id, brand_id, kind, source_id, currency, effective_on, created_at)
    select ${own('jrn')}, c.brand_id, 'promotion_granted', ${own('crg')}, c.currency, ${DAY}, ${now} ${holders}`)
}

/** The books after the run: without a finding. */
export async function assertSound(db: Db): Promise<void> {
  const findings = await verifyBooks(db, DAY)
  assert(findings.length === 0, `the books are right: ${JSON.stringify(findings.slice(0, 3))}`)
}

/** What stands in the books of everything that the shop is to have in play. */
export async function mixIn(db: Db): Promise<Record<string, number>> {
  const counts: Record<string, Sql> = {
    taxed: sql`select count(*) as n from invoice_taxes where tax_minor > 0`,
    reverse_charge: sql`select count(*) as n from invoice_taxes where treatment = 'reverse_charge'`,
    countries: sql`select count(distinct c.country) as n from invoices i join clients c on c.id = i.client_id where i.number is not null`,
    currencies: sql`select count(distinct currency) as n from invoices where number is not null`,
    coupon_lines: sql`select count(*) as n from invoice_lines where kind = 'discount' and amount_minor < 0`,
    option_lines: sql`select count(*) as n from invoice_lines where kind = 'option'`,
    add_ons: sql`select count(*) as n from invoice_lines l join services s on s.id = l.source_id where s.parent_id is not null`,
    list_prices: sql`select count(*) as n from invoice_lines l join services s on s.id = l.source_id join prices p on p.id = s.price_id where p.list_id is not null`,
    fixed_terms: sql`select count(*) as n from services where periods_left = 5`,
    credit_part: sql`select count(*) as n from invoices i join allocations a on a.invoice_id = i.id where a.kind = 'credit' and i.status = 'issued'`,
    credit_whole: sql`select count(*) as n from invoices i join allocations a on a.invoice_id = i.id where a.kind = 'credit' and i.status = 'paid'`,
  }
  const mix: Record<string, number> = {}
  for (const [what, statement] of Object.entries(counts))
    mix[what] = (await db.get<{ n: number }>(statement))!.n
  return mix
}
