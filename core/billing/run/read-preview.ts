import { Type } from '../../../sdk/index.ts'
import type { Actor } from '../../kernel/index.ts'
import { defineVerb, findRow } from '../../records/index.ts'
import type { BillingDeps } from './bill.ts'
import { previewBilling, type Preview, type PreviewQuery } from './preview.ts'

/** What the next days will bring, to one client, to one brand, or to all brands of the staff member. */
export const readPreview = defineVerb(
  {
    permission: 'billing.preview',
    asksNobody: 'it shows what a run would do, and nothing of it stays',
    audience: ['staff'],
    input: Type.Object({
      days: Type.Integer({ minimum: 1, maximum: 400 }),
      brand_id: Type.Optional(Type.String()),
      client_id: Type.Optional(Type.String()),
    }),
  },
  async (deps: BillingDeps, { days, ...of }, actor): Promise<Preview> =>
    previewBilling(deps.means, deps, { days, ...(await previewScope(deps.means.db, of, actor)) }),
)

/** Refuses a brand or a client that is not theirs exactly as one that does not exist. */
async function previewScope(
  queries: Parameters<typeof findRow>[0],
  { brand_id: brandId, client_id: clientId }: { brand_id?: string; client_id?: string },
  actor: Actor,
): Promise<Pick<PreviewQuery, 'brandIds' | 'ownBrandIds' | 'clientId'>> {
  if (brandId !== undefined) {
    const scope = { client: null, brand: 'id' }
    await findRow(queries, actor, { table: 'brands', what: 'brand', id: brandId, scope })
  }
  const ownBrandIds = actor.kind === 'staff' && actor.brandIds !== 'all' ? actor.brandIds : undefined
  const brandIds = brandId === undefined ? undefined : [brandId]
  if (clientId === undefined) return { brandIds, ownBrandIds }
  const client = await findRow<{ brand_id: string }>(queries, actor, {
    ...{ table: 'clients', what: 'client', id: clientId, scope: { client: 'id' } },
  })
  const isOther = brandIds?.includes(client.brand_id) === false
  return { clientId, ownBrandIds, brandIds: isOther ? [] : [client.brand_id] }
}
