import { Type } from '../../sdk/index.ts'
import { simulateBilling, type Simulation } from '../billing/index.ts'
import { Forbidden } from '../kernel/index.ts'
import { defineVerb, findRow, type Means } from '../records/index.ts'
import { CampaignChange, CampaignChoice, changeOf, futureDay, whatIfPrices } from './campaigns.ts'
import { serviceSource, servicesSource } from './service-source.ts'

const PERMISSION = 'billing.simulate'

/** "What if we raise this price on 1 March?": the same planning as the run, twice, and nothing is written. */
export const simulatePrices = defineVerb(
  {
    permission: PERMISSION,
    asksNobody: 'it shows what a run would do, and nothing of it stays',
    audience: ['staff'],
    input: Type.Object({
      ...CampaignChoice,
      ...CampaignChange,
      starts_on: Type.String({ maxLength: 20 }),
      days: Type.Integer({ minimum: 1, maximum: 800 }),
      /** Neither: all brands. */
      brand_id: Type.Optional(Type.String({ maxLength: 64 })),
      client_id: Type.Optional(Type.String({ maxLength: 64 })),
    }),
  },
  async (means: Means, input, actor): Promise<Simulation> => {
    const { days, brand_id = null, client_id = null, starts_on, ...rest } = input
    const { percent_ppm, amount, ...choice } = rest
    if (client_id)
      await findRow(means.db, actor, {
        table: 'clients',
        what: 'client',
        id: client_id,
        scope: { client: 'id' },
      })
    if (brand_id) {
      const scope = { client: null, brand: 'id' }
      await findRow(means.db, actor, { table: 'brands', what: 'brand', id: brand_id, scope })
    }
    const isAll = actor.kind !== 'staff' || actor.brandIds === 'all'
    if (!client_id && !brand_id && !isAll) throw Forbidden({ permission: PERMISSION })
    const change = changeOf({ ...choice, percent_ppm, amount })
    const startsOn = futureDay(starts_on, means.business.today('UTC'))
    const whatIf = await whatIfPrices(means.db, { brandId: brand_id, choice, change, startsOn })
    const sources = { before: [serviceSource], after: [servicesSource(whatIf)] }
    return simulateBilling(means, sources, { days, brandId: brand_id, clientId: client_id })
  },
)
