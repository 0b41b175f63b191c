import { Type, type TObject } from '../../../../sdk/index.ts'
import {
  changeBundle,
  changeGift,
  changePriceList,
  createBundle,
  createGift,
  createPriceList,
  findOffer,
  listOffers,
  restoreBundle,
  restoreGift,
  retireBundle,
  retireGift,
  retirePriceList,
  type BundleRow,
  type GiftRow,
  type PriceList,
} from '../../../catalog/index.ts'
import type { Means, Verb } from '../../../records/index.ts'
import { amount } from '../amount.ts'
import { bodyOf, rulesOf, type Endpoint } from '../endpoint.ts'
import type { ComponentName } from '../components.ts'

type OfferVerb = Verb<Means, TObject, unknown>

/** What stands beside the products and is kept in the same ways. */
interface Noun<T extends 'bundles' | 'product_gifts' | 'price_lists', R> {
  table: T
  /** "/bundles" */
  path: string
  /** "bundle": its permissions are bundle.list and bundle.read. */
  name: string
  component: ComponentName & ('Bundle' | 'Gift' | 'PriceList')
  of: string
  create: Verb<Means, TObject, string>
  change: OfferVerb
  moves: Readonly<Record<string, OfferVerb>>
  /** Whether pages have a permission for reading one; otherwise that of the list. */
  reads: 'read' | 'list'
  show: (row: R) => object
}

const STAFF = ['staff'] as const
export const ofBrand = Type.Object({ brand_id: Type.String({ maxLength: 64, description: 'brd_…' }) })

function endpointsOf<T extends 'bundles' | 'product_gifts' | 'price_lists', R>(noun: Noun<T, R>): Endpoint[] {
  const { table, path, name, component, of, create, change, moves, show } = noun
  const tag = 'catalog'
  const one = `${path}/{${path.slice(1, -1).replaceAll('-', '_')}_id}`
  const param = /\{(\w+)\}/.exec(one)![1]!
  const read = async (
    { deps, actor }: Pick<Parameters<Endpoint['handle']>[0], 'deps' | 'actor'>,
    id: string,
  ) => show((await findOffer(deps.db, actor, { table, id })) as R)
  const acts = Object.entries({ change, ...moves }).map(([word, verb]): Endpoint => {
    const body = word === 'change' ? { body: bodyOf(verb, ['id']) } : {}
    return {
      ...{ id: `${word}${component}`, method: 'post', path: word === 'change' ? one : `${one}/${word}`, tag },
      summary: `${word[0]!.toUpperCase()}${word.slice(1)} ${of}`,
      ...{ ...rulesOf(verb), ...body, status: 200, answer: { one: component } },
      refusals: { 409: 'Its state does not allow it, or it was changed meanwhile.' },
      async handle(call) {
        const id = call.params[param]!
        await verb(call.deps, { ...call.body, id }, call.actor)
        return read(call, id)
      },
    }
  })
  return [
    {
      ...{ id: `list${component}s`, method: 'get', path, tag, summary: `List all of a brand: ${of}` },
      ...{ permission: `${name}.list`, audience: STAFF, query: ofBrand, status: 200 },
      answer: { list: component },
      async handle({ deps, actor, query }) {
        const rows = await listOffers(deps.db, actor, { table, brandId: query.brand_id as string })
        return { items: rows.map((row) => show(row as R)), next: null }
      },
    },
    {
      ...{ id: `get${component}`, method: 'get', path: one, tag, summary: `Read ${of}` },
      ...{ permission: `${name}.${noun.reads}`, audience: STAFF, status: 200, answer: { one: component } },
      handle: (call) => read(call, call.params[param]!),
    },
    {
      ...{ id: `create${component}`, method: 'post', path, tag, summary: `Make ${of}` },
      ...{ ...rulesOf(create), body: bodyOf(create, []), status: 201, answer: { one: component } },
      handle: async (call) => read(call, await create(call.deps, call.body, call.actor)),
    },
    ...acts,
  ]
}

const bundles: Noun<'bundles', BundleRow> = {
  ...{ table: 'bundles', path: '/bundles', name: 'bundle', component: 'Bundle', reads: 'read' },
  of: 'a bundle: products that are cheaper together',
  ...{ create: createBundle, change: changeBundle, moves: { retire: retireBundle, restore: restoreBundle } },
  show: ({ id, brand_id, slug, name, summary, position, members, kind, ...row }) => ({
    ...{ id, brand_id, slug, name, summary, position, kind },
    members: JSON.parse(members) as unknown,
    ...{ percent_ppm: row.percent_ppm, lasts: row.lasts, status: row.status, version: row.version },
    amount: row.amount_minor === null ? null : amount(row.amount_minor, row.currency!),
  }),
}

const gifts: Noun<'product_gifts', GiftRow> = {
  ...{ table: 'product_gifts', path: '/gifts', name: 'product_gift', component: 'Gift', reads: 'read' },
  of: 'a gift: a product that gives another one cheaper or free',
  ...{ create: createGift, change: changeGift, moves: { retire: retireGift, restore: restoreGift } },
  show: ({
    id,
    brand_id,
    giver_id,
    giver_cycles,
    given_id,
    given_cycles,
    percent_ppm,
    lasts,
    status,
    version,
  }) => ({
    ...{ id, brand_id, giver_id, given_id, percent_ppm, lasts, status, version },
    giver_cycles: JSON.parse(giver_cycles) as unknown,
    given_cycles: JSON.parse(given_cycles) as unknown,
  }),
}

const lists: Noun<'price_lists', PriceList> = {
  ...{
    table: 'price_lists',
    path: '/price-lists',
    name: 'price_list',
    component: 'PriceList',
    reads: 'list',
  },
  of: 'a price list: prices for the clients of some groups',
  ...{ create: createPriceList, change: changePriceList, moves: { retire: retirePriceList } },
  show: ({ id, brand_id, name, discount_ppm, retired_at, version }) => ({
    ...{ id, brand_id, name, discount_ppm, retired: retired_at !== null, version },
  }),
}

export const offerEndpoints: readonly Endpoint[] = [
  ...endpointsOf(bundles),
  ...endpointsOf(gifts),
  ...endpointsOf(lists),
]
