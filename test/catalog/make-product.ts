import {
  createCoupon,
  createGroup,
  createOption,
  createOptionValue,
  createOrderField,
  createProduct,
  publishProduct,
  setPrice,
} from '../../core/catalog/index.ts'
import type { Means } from '../../core/records/index.ts'
import { makeBrand, staffActor } from '../support/make.ts'

const staff = staffActor()

/** A brand with one group, for tests that make their own products. */
export async function makeGroup(means: Means, columns: { slug?: string; locale?: string } = {}) {
  const brand = await makeBrand(means, { locale: columns.locale ?? 'en' })
  const input = { brand_id: brand.id, slug: columns.slug ?? 'games', name: 'Game servers' }
  const groupId = await createGroup(means, input, staff)
  return { brand, groupId }
}

/**
 * A published game server: 4.90 EUR or 79,000 IDR a month with setup 5.00 EUR, 49.00 EUR a year; memory by number
 * (4 to 16 GB in steps of 2 at 0.50), a list of places, a ticked backup, extra addresses by quantity; one question.
 */
export async function makeGameServer(
  means: Means,
  groupId: string,
  columns: { slug?: string; stock?: number; delivery_on?: 'order' | 'payment' | 'acceptance' } = {},
) {
  const slug = columns.slug ?? 'minecraft'
  const base = { group_id: groupId, slug, name: 'Minecraft', kind: 'game_server' }
  const productId = await createProduct(means, { ...base, ...columns }, staff)
  const price = (owner_id: string, cycle: string, currency: string, sums: [string, string?]) =>
    setPrice(means, { owner_id, cycle, currency, amount: sums[0], setup: sums[1] }, staff)
  await price(productId, '1m', 'EUR', ['4.90', '5.00'])
  await price(productId, '1m', 'IDR', ['79000.00'])
  await price(productId, '1y', 'EUR', ['49.00'])
  const option = (key: string, kind: string, more: object = {}) =>
    createOption(means, { product_id: productId, key, name: key, kind, ...more }, staff)
  const memory = await option('memory', 'number', {
    required: true,
    minimum: 4,
    maximum: 16,
    step: 2,
    unit: 'GB',
    setting: 'memory',
  })
  await price(memory, '1m', 'EUR', ['0.50'])
  await price(memory, '1y', 'EUR', ['5.00'])
  const place = await option('place', 'list', { required: true, preset: 'fra', setting: 'location' })
  const fra = await createOptionValue(
    means,
    { option_id: place, key: 'fra', label: 'Frankfurt', module_value: '1' },
    staff,
  )
  const nyc = await createOptionValue(
    means,
    { option_id: place, key: 'nyc', label: 'New York', module_value: '2' },
    staff,
  )
  await price(nyc, '1m', 'EUR', ['1.00'])
  const backup = await option('backup', 'checkbox')
  await price(backup, '1m', 'EUR', ['1.50', '2.00'])
  const addresses = await option('addresses', 'quantity', { maximum: 3 })
  await price(addresses, '1m', 'EUR', ['2.00'])
  const field = await createOrderField(
    means,
    { product_id: productId, key: 'name', label: 'Server name', kind: 'text', pattern: '[a-z ]{3,20}' },
    staff,
  )
  await publishProduct(means, { id: productId }, staff)
  return { productId, slug, memory, place, fra, nyc, backup, addresses, field }
}

export function makeCoupon(means: Means, brandId: string, columns: object = {}) {
  return createCoupon(means, { brand_id: brandId, code: 'SUMMER', percent: '10', ...columns }, staff)
}
