import { changePriceList, createPriceList, retirePriceList, type Price } from '../../catalog/index.ts'
import { isoDate } from '../../kernel/index.ts'
import type { FormBody } from '../context.ts'
import { savePrices, type TypedPrice } from './catalog-prices.ts'
import { optional, textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { ppmOf } from './ppm.ts'
import { listPricesPage, pricedOwners } from './views/list-prices.ts'
import { newPriceList, priceListPage, priceListsPage } from './views/price-lists.ts'

const at = '/price-lists/:id'

export const priceLists: Section = {
  pages: [
    { path: '/price-lists', permission: 'price_list.list', draw: priceListsPage },
    { path: '/price-lists/new', permission: 'price_list.create', draw: newPriceList },
    { path: at, permission: 'price_list.read', draw: priceListPage },
    { path: `${at}/products/:productId`, permission: 'price_list.read', draw: listPricesPage },
  ],
  acts: [
    { path: '/price-lists', permission: 'price_list.create', again: newPriceList, act: create },
    { path: at, permission: 'price_list.change', again: priceListPage, act: change },
    { path: `${at}/retire`, permission: 'price_list.retire', again: priceListPage, act: retire },
    { path: `${at}/products/:productId`, permission: 'price.set', again: listPricesPage, act: setPrices },
  ],
}

const href = ({ params }: Asked): string => `/admin/price-lists/${params.id!}`
const discountOf = (form: FormBody): number => ppmOf(optional(form, 'discount') ?? '0', 'discount')

async function create({ means, actor, t }: Desk, { form }: Asked) {
  const name = textOf(form, 'name')
  const input = { brand_id: textOf(form, 'brand_id'), name, discount_ppm: discountOf(form) }
  const id = await createPriceList(means, input, actor)
  return { href: `/admin/price-lists/${id}`, message: t('prices.list.created', { name }) }
}

async function change({ means, actor, t }: Desk, asked: Asked) {
  const { form, version } = asked
  const input = { id: asked.params.id, name: textOf(form, 'name'), discount_ppm: discountOf(form) }
  await changePriceList(means, { ...input, ...(version ? { version } : {}) }, actor)
  return { href: href(asked), message: t('prices.list.changed', { name: input.name }) }
}

async function retire({ means, actor, t }: Desk, asked: Asked) {
  await retirePriceList(means, { id: asked.params.id }, actor)
  return { href: href(asked), message: t('prices.list.retired') }
}

/** A cell that is emptied gives way to the default price again. */
async function setPrices(desk: Desk, asked: Asked) {
  const { owners, list } = await pricedOwners(desk, asked)
  const amounts = (asked.form.amount ?? {}) as FormBody
  const setups = (asked.form.setup ?? {}) as FormBody
  const from = textOf(asked.form, 'valid_from')
  const own = (prices: readonly Price[]) => prices.filter(({ listId }) => listId === list.id)
  const typed = Object.keys(amounts).flatMap((key): TypedPrice[] => {
    const [ownerId = '', cycle = '', currency = ''] = key.split(':')
    const owner = owners.find(({ id }) => id === ownerId)
    if (!owner) return []
    const fields = { amount: `amount[${key}]`, setup: `setup[${key}]` }
    return [
      {
        ...{ ownerId, prices: own(owner.prices), cycle, currency, fields, listId: list.id },
        ...{ amount: textOf(amounts, key), setup: textOf(setups, key) },
        validFrom: from === '' ? null : isoDate(from),
      },
    ]
  })
  const count = await savePrices(desk, typed)
  return { href: href(asked), message: desk.t('admin.products.done.prices', { count }) }
}
