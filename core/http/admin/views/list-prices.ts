import { findPriceList, loadProducts, priceAt, type Price, type Product } from '../../../catalog/index.ts'
import { findBrand } from '../../../brands/index.ts'
import { NotFound, type Cycle } from '../../../kernel/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { FormBody } from '../../context.ts'
import type { Field, PageView } from '../blocks.ts'
import { filled, formParts, moneyText, textOf, type Asked, type Desk } from '../desk.ts'
import { pricedParts } from './option.ts'
import { cycleName } from './words.ts'

export interface PricedOwner {
  id: string
  label: string
  prices: readonly Price[]
  hasSetup: boolean
}

/** The list, the product, and everything of it that has prices: itself, its options and their values. */
export async function pricedOwners({ means, actor }: Desk, { params }: Asked) {
  const list = await findPriceList(means.db, actor, params.id!)
  const prices = { listId: list.id }
  const [product] = await loadProducts(means.db, list.brand_id, [params.productId!], prices)
  if (!product) throw NotFound({ what: 'product', id: params.productId! })
  const parts = product.options
    .filter(({ retiredAt }) => retiredAt === null)
    .flatMap((option) =>
      pricedParts(option).map((part) => ({
        ...part,
        label: part.id === option.id ? option.name : `${option.name}: ${part.label}`,
        hasSetup: false,
      })),
    )
  const own = { id: product.id, label: product.name, prices: product.prices, hasSetup: true }
  const owners: PricedOwner[] = [own, ...parts]
  return { list, product, owners }
}

/** Prices of one product on a list. An empty cell shows what holds instead. */
export async function listPricesPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, means, today } = desk
  const { list, product, owners } = await pricedOwners(desk, asked)
  const { currencies } = await findBrand(means.db, list.brand_id)
  const grid = { asked, listId: list.id, currencies }
  return {
    head: {
      title: product.name,
      crumbs: [
        { label: t('prices.list.title'), href: '/admin/price-lists' },
        { label: list.name, href: `/admin/price-lists/${list.id}` },
        { label: product.name },
      ],
    },
    main: [
      {
        kind: 'form',
        id: 'list-prices',
        title: t('prices.list.prices_of', { list: list.name }),
        text: t('prices.list.prices_text'),
        action: `/admin/price-lists/${list.id}/products/${product.id}`,
        fields: [{ ...filled(asked, 'valid_from', today), kind: 'date', label: t('admin.label.from') }],
        grid: {
          caption: t('admin.products.prices'),
          columns: currencies.flatMap((currency) => [
            `${currency} ${t('admin.label.price')}`,
            `${currency} ${t('admin.label.setup')}`,
          ]),
          rows: owners.flatMap((owner) =>
            cyclesOf(product).map((cycle) => ({
              label: `${owner.label} · ${cycleName(desk, cycle)}`,
              cells: currencies.flatMap((currency) => cellsOf(desk, owner, { ...grid, cycle, currency })),
            })),
          ),
        },
        submit: { label: t('admin.products.save_prices') },
        ...formParts(desk, asked),
      },
    ],
  }
}

const cyclesOf = (product: Product): Cycle[] => [...new Set(product.prices.map(({ cycle }) => cycle))]

interface CellOf {
  asked: Asked
  listId: string
  cycle: Cycle
  currency: string
}

function cellsOf(desk: Desk, owner: PricedOwner, { asked, listId, cycle, currency }: CellOf) {
  const key = `${owner.id}:${cycle}:${currency}`
  const price = priceAt(owner.prices, { cycle, currency, day: desk.today })
  const own = price?.listId === listId ? price : undefined
  const cell = (column: 'amount' | 'setup'): Field => {
    const minor = column === 'amount' ? own?.amountMinor : own?.setupMinor || undefined
    const group = (asked.refused?.values[column] ?? {}) as FormBody
    const error = asked.refused?.fields[`${column}[${key}]`]
    return {
      kind: 'money',
      name: `${column}[${key}]`,
      label: desk.t('admin.products.price_of', {
        what: `${owner.label} ${desk.t(`admin.label.${column === 'amount' ? 'price' : 'setup'}`)}`,
        cycle: cycleName(desk, cycle),
        currency,
      }),
      required: false,
      value: asked.refused ? textOf(group, key) : minor === undefined ? '' : toDecimal({ minor, currency }),
      ...(column === 'amount' && price && !own ? { hint: moneyText(desk, price.amountMinor, currency) } : {}),
      ...(error ? { error } : {}),
    }
  }
  return owner.hasSetup ? [cell('amount'), cell('setup')] : [cell('amount'), '']
}
