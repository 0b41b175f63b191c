import {
  exportCatalog,
  fetchRates,
  followRates,
  importCatalog,
  type ImportReport,
} from '../../catalog/index.ts'
import { sql } from '../../db/index.ts'
import { NotFound, systemActor } from '../../kernel/index.ts'
import type { Means } from '../../records/index.ts'
import type { Area, Command, Wiring } from '../areas.ts'

const actor = systemActor('command_line')

/** Products and prices as a file; the command line reads and writes that of the first brand. */
export const catalogArea: Area = {
  name: 'catalog',
  schedules: ({ means, plugins }) => [
    {
      name: 'catalog.rates',
      cron: '25 */6 * * *',
      run: async () => {
        const fresh = await fetchRates({ ...means, plugins })
        return { fresh, prices: await followRates(means, systemActor('exchange_rates')) }
      },
    },
  ],
  commands: {
    'catalog.import': (async ({ means }: Wiring, { text }: { text: string }): Promise<ImportReport> =>
      importCatalog(means, text, actor, { brandId: await firstBrand(means) })) as Command,
    'catalog.export': async ({ means }) => exportCatalog(means, { brand_id: await firstBrand(means) }, actor),
  },
}

async function firstBrand({ db }: Means): Promise<string> {
  const brand = await db.get<{ id: string }>(sql`select id from brands order by id limit 1`)
  if (!brand) throw NotFound({ what: 'brand', id: 'first' })
  return brand.id
}
