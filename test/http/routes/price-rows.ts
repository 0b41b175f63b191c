import { createPriceList, enterRate, setPriceRule } from '../../../core/catalog/index.ts'
import { createClientGroup } from '../../../core/clients/index.ts'
import { createCampaign, createCancelReason } from '../../../core/services/index.ts'
import { staffActor } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** What pages about prices list: a list, a group of clients, a rate and a rule. */
export async function makePriceRows(means: TestMeans, { brand }: WorldIds) {
  const staff = staffActor()
  const list = { brand_id: brand, name: 'List 0', discount_ppm: 1 }
  const priceList = await createPriceList(means, list, staff)
  const group = { brand_id: brand, name: 'Clients 0', price_list_id: priceList }
  const clientGroup = await createClientGroup(means, group, staff)
  const rate = await enterRate(
    means,
    { base: 'EUR', currency: 'USD', valid_on: '2026-01-10', rate: '1.08' },
    staff,
  )
  const rule = { brand_id: brand, base: 'EUR', currency: 'USD', markup_ppm: 0, follows: false }
  const priceRule = await setPriceRule(means, { ...rule, mode: 'up', step: '1.00', ending: '0.99' }, staff)
  const change = { brand_id: brand, name: 'Change 0', percent_ppm: 50_000, starts_on: '2026-03-01' }
  const campaign = await createCampaign(means, { ...change, notice_days: 30 }, staff)
  const cancelReason = await createCancelReason(means, { brand_id: brand, name: 'Reason 0' }, staff)
  return { campaign, cancelReason, priceList, clientGroup, rate: rate!, priceRule }
}
