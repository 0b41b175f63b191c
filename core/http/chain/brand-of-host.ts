import { sql } from '../../db/index.ts'
import type { ShopBrand, State, Step } from '../context.ts'
import type { HttpDeps } from '../deps.ts'

/** Active brands, kept for some seconds: they are read at every request and change once a year. */
export interface BrandDirectory {
  ofHost(host: string): ShopBrand | null | Promise<ShopBrand | null>
}

const KEPT_MS = 5_000

export function brandDirectory(deps: Pick<HttpDeps, 'db' | 'clock'>): BrandDirectory {
  let brands: readonly ShopBrand[] = []
  let readAt = -Infinity
  const found = (host: string) => {
    const name = host.replace(/:\d+$/, '')
    return brands.find(({ hosts }) => hosts.includes(host) || hosts.includes(name)) ?? brands[0] ?? null
  }
  return {
    ofHost(host) {
      if (deps.clock.ms() - readAt <= KEPT_MS && brands.length > 0) return found(host)
      return readBrands(deps).then((rows) => {
        brands = rows
        readAt = deps.clock.ms()
        return found(host)
      })
    },
  }
}

/** A host that no brand names gets the oldest brand, so that a fresh installation answers under any name. */
export function brandOfHost(directory: BrandDirectory): Step {
  return (ctx, next) => {
    const { state } = ctx
    const found = directory.ofHost(state.origin.slice(state.origin.indexOf('//') + 2))
    if (!(found instanceof Promise)) {
      standIn(state, found)
      return next()
    }
    return found.then((brand) => {
      standIn(state, brand)
      return next()
    })
  }
}

function standIn(state: State, brand: ShopBrand | null): void {
  if (!brand) return
  state.brand = brand
  state.actor = { ...state.actor, brandIds: [brand.id] }
  state.locale = brand.locale
  state.zone = brand.zone
  state.currency = brand.currency
}

async function readBrands({ db }: Pick<HttpDeps, 'db'>): Promise<ShopBrand[]> {
  const rows = await db.all<
    Record<string, string> & { prices_include_tax: number; colour: string | null }
  >(sql`
    select b.id, b.realm_id, b.seller_id, b.name, b.slug, b.hosts, b.currency, b.currencies, b.locale, b.zone,
      b.prices_include_tax, b.theme, b.colour, s.name as company, s.email
    from brands b join sellers s on s.id = b.seller_id where b.status = 'active' order by b.id`)
  return rows.map((row) =>
    Object.freeze({
      ...(row as unknown as ShopBrand),
      hosts: Object.freeze(JSON.parse(row.hosts!) as string[]),
      currencies: Object.freeze(JSON.parse(row.currencies!) as string[]),
    }),
  )
}
