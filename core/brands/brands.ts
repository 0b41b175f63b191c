import { Type } from '../../sdk/index.ts'
import { recordAudit } from '../audit/index.ts'
import { all, list, sql, type Queries, type Row, type Sql, type Trx } from '../db/index.ts'
import { recordEvent } from '../events/index.ts'
import { NotFound, type Actor } from '../kernel/index.ts'
import { defineVerb, updateVersioned, type Means } from '../records/index.ts'
import { HostTaken } from './errors.ts'
import type { Brand } from './rows.ts'
import { BrandInput, requireBrandFits } from './shapes.ts'

export const listBrands = defineVerb(
  { permission: 'brand.list', audience: ['staff'], input: Type.Object({}) },
  (means: Means, _input, actor): Promise<Brand[]> => selectBrands(means.db, reachable(actor)),
)

export const readBrand = defineVerb(
  { permission: 'brand.read', audience: ['staff'], input: Type.Object({ brand_id: Type.String() }) },
  (means: Means, { brand_id }, actor): Promise<Brand> => findReachable(means.db, actor, brand_id),
)

export const changeBrand = defineVerb(
  {
    permission: 'brand.change',
    audience: ['staff'],
    input: Type.Object({
      brand_id: Type.String(),
      version: Type.Optional(Type.Integer()),
      set: Type.Partial(BrandInput),
    }),
  },
  async (means: Means, { brand_id, version, set }, actor): Promise<Brand> =>
    means.db.transaction(async (trx) => {
      const brand = await findReachable(trx, actor, brand_id)
      const changed = { ...brand, ...set, hosts: (set.hosts ?? brand.hosts).map(bareHost) }
      requireBrandFits(changed)
      await refuseTakenHosts(trx, changed.hosts, brand.id)
      const columns = columnsOf({ ...changed, prices_include_tax: Boolean(changed.prices_include_tax) })
      const row = { id: brand.id, version: version ?? brand.version }
      await updateVersioned(means, trx, { table: 'brands', what: 'brand', row, set: columns })
      await recordAudit(means, trx, actor, [
        { action: 'brand.change', subject: brand.id, brandId: brand.id, before: brand, after: columns },
      ])
      const event = { type: 'brand.changed', subject: brand.id, brandId: brand.id, body: { id: brand.id } }
      await recordEvent(means, trx, actor, event)
      return findBrand(trx, brand.id)
    }),
)

/** The active brand whose page was asked for. With a single brand every host leads to it. */
export async function brandOfHost(queries: Queries, host: string): Promise<Brand | null> {
  const brands = await selectBrands(queries, sql`b.status = 'active'`)
  const wanted = bareHost(host)
  return brands.find((brand) => brand.hosts.includes(wanted)) ?? (brands.length === 1 ? brands[0]! : null)
}

/** Whether a brand is reached under this very host. */
export async function isHostOfBrand(queries: Queries, host: string): Promise<boolean> {
  const rows = await queries.all<{ hosts: string }>(sql`select hosts from brands where status = 'active'`)
  const wanted = bareHost(host)
  return rows.some(({ hosts }) => (JSON.parse(hosts) as string[]).includes(wanted))
}

export async function findBrand(queries: Queries, id: string): Promise<Brand> {
  const [brand] = await selectBrands(queries, sql`b.id = ${id}`)
  if (!brand) throw NotFound({ what: 'brand', id })
  return brand
}

export interface NewBrand {
  realm_id: string
  seller_id: string
  name: string
  hosts: readonly string[]
  currency: string
  currencies: readonly string[]
  locale: string
  zone: string
  prices_include_tax: boolean
  sender: string
  theme?: string
  colour?: string | null
}

export async function addBrand(means: Means, trx: Trx, wanted: NewBrand): Promise<Brand> {
  requireBrandFits(wanted)
  const hosts = wanted.hosts.map(bareHost)
  const id = means.newId('brd')
  await refuseTakenHosts(trx, hosts, id)
  const now = means.business.now()
  const { realm_id, seller_id } = wanted
  const row = { id, realm_id, seller_id, slug: await freeSlug(trx, wanted.name), status: 'active' }
  await trx.insert('brands', [
    { ...row, ...columnsOf({ ...wanted, hosts }), created_at: now, updated_at: now },
  ])
  return findBrand(trx, id)
}

function columnsOf(brand: Omit<NewBrand, 'realm_id' | 'seller_id'>) {
  return {
    name: brand.name,
    hosts: JSON.stringify(brand.hosts),
    currency: brand.currency,
    currencies: JSON.stringify(brand.currencies),
    locale: brand.locale,
    zone: brand.zone,
    prices_include_tax: brand.prices_include_tax ? 1 : 0,
    sender: brand.sender,
    theme: brand.theme ?? 'default',
    colour: brand.colour ?? null,
  }
}

async function selectBrands(queries: Queries, condition: Sql): Promise<Brand[]> {
  const rows = await queries.all<Row & Omit<Brand, 'hosts' | 'currencies'>>(
    sql`select b.* from brands b where ${condition} order by b.id`,
  )
  return rows.map((row) => ({
    ...row,
    hosts: JSON.parse(row.hosts as string) as string[],
    currencies: JSON.parse(row.currencies as string) as string[],
  }))
}

async function findReachable(queries: Queries, actor: Actor, id: string): Promise<Brand> {
  const [brand] = await selectBrands(queries, all([sql`b.id = ${id}`, reachable(actor)]))
  if (!brand) throw NotFound({ what: 'brand', id })
  return brand
}

function reachable(actor: Actor): Sql {
  if (actor.kind === 'system' || actor.brandIds === 'all') return sql`1 = 1`
  return sql`b.id in (${list(actor.brandIds)})`
}

async function refuseTakenHosts(trx: Trx, hosts: readonly string[], except: string): Promise<void> {
  for (const brand of await selectBrands(trx, sql`b.id <> ${except}`)) {
    const host = hosts.find((wanted) => brand.hosts.includes(wanted))
    if (host !== undefined) throw HostTaken({ host, brand: brand.name })
  }
}

/** "Shop.Example:8080" and "shop.example" are one host; "[::1]:8080" is "::1". */
function bareHost(host: string): string {
  const lower = host.trim().toLowerCase()
  const bracketed = /^\[([^\]]+)\]/.exec(lower)
  if (bracketed) return bracketed[1]!
  return lower.split(':').length > 2 ? lower : lower.replace(/:\d+$/, '')
}

async function freeSlug(trx: Trx, brandName: string): Promise<string> {
  const plain = brandName
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
  const base = plain.replaceAll(/^-+|-+$/g, '') || 'brand'
  const taken = new Set((await trx.all<{ slug: string }>(sql`select slug from brands`)).map((b) => b.slug))
  let slug = base
  for (let n = 2; taken.has(slug); n++) slug = `${base}-${n}`
  return slug
}
