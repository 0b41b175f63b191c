import { createPriceList } from '../../../core/catalog/index.ts'
import { createClientGroup } from '../../../core/clients/index.ts'
import { staffActor } from '../../support/make.ts'
import type { TestMeans } from '../../support/means.ts'
import type { WorldIds } from '../admin/fill-desk.ts'

/** What pages about prices list: a list and a group of clients. */
export async function makePriceRows(means: TestMeans, { brand }: WorldIds) {
  const staff = staffActor()
  const list = { brand_id: brand, name: 'List 0', discount_ppm: 1 }
  const priceList = await createPriceList(means, list, staff)
  const group = { brand_id: brand, name: 'Clients 0', price_list_id: priceList }
  return { priceList, clientGroup: await createClientGroup(means, group, staff) }
}
