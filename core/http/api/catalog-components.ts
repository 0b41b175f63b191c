import { Type, type TSchema } from '../../../sdk/index.ts'
import { day, money, nullable, nullableMoney, nullableWhole, text, whole, yes } from './describe.ts'

/** Shapes of what is sold. */

const CatalogFile = Type.Object({ text: text('The catalogue as YAML: what an import takes.') })

const ImportReport = Type.Object({
  created: whole('Records that are new.'),
  changed: whole('Records that were brought to what the file says.'),
  retired: whole('Records that are no longer sold.'),
  unchanged: whole('Records of the file that were so already.'),
  prices: whole('New versions of prices.'),
  warnings: Type.Array(Type.String(), { description: 'What works and may not be meant.' }),
})

const Scheme = Type.Object({
  kind: text('per_unit, flat, graduated, volume, package or stairstep.'),
  included: whole('Units that cost nothing.'),
  minimum: money(),
  size: whole('Units of a package.'),
  tiers: Type.Array(
    Type.Object({ up_to: nullableWhole('Last unit; null: without end.'), unit: money(), flat: money() }),
  ),
})

const CatalogPrice = Type.Object({
  id: text('prc_…'),
  cycle: text('1m, 1y, once …'),
  amount: money(),
  setup: money(),
  valid_from: day('First day.'),
  scheme: Type.Union([Scheme, Type.Null()], { description: 'Steps of an option’s price.' }),
})
const prices = () => Type.Array(CatalogPrice, { description: 'Default prices, oldest version first.' })

const conditions = (what: string) =>
  Type.Array(
    Type.Object({
      option: text('Key of another option of the product.'),
      is: Type.Optional(text('It is this value or number.')),
      one_of: Type.Optional(Type.Array(Type.String(), { description: 'It is one of these.' })),
      at_least: Type.Optional(whole('Its number is at least this.')),
      set: Type.Optional(yes('It is chosen at all.')),
    }),
    { description: `All must hold for ${what} to be offered; none: always.` },
  )

const ProductDetail = Type.Object({
  id: text('prd_…'),
  brand_id: text('brd_…'),
  group_id: text('grp_…'),
  slug: text('In its address.'),
  kind: text('What sort of service it is.'),
  name: text('As in the shop.'),
  summary: nullable('One sentence.'),
  description: nullable('Its page.'),
  features: Type.Array(Type.String(), { description: 'One line each.' }),
  status: text('draft, active, hidden or retired.'),
  position: whole('Place in its group.'),
  featured: yes('Whether it stands out.'),
  tax_class: text('How it is taxed.'),
  stock: nullableWhole('Units left; null: no end.'),
  delivery_on: text('order, payment or acceptance.'),
  instance_id: nullable('plg_… that delivers it; null: by hand.'),
  server_group_id: nullable('svg_…'),
  grace_days: nullableWhole('Days from the due day to suspension; null: as the brand has it.'),
  terminate_days: nullableWhole('Days from suspension to the end; null: as the brand has it.'),
  periods_max: nullableWhole('Periods after which it ends by itself; null: it goes on.'),
  trial: Type.Union(
    [
      Type.Object({
        days: whole('How long.'),
        then: text('convert or end.'),
        prices: Type.Array(money(), { description: 'By currency; none: free.' }),
      }),
      Type.Null(),
    ],
    { description: 'How it may be tried first.' },
  ),
  prices: prices(),
  options: Type.Array(
    Type.Object({
      id: text('opt_…'),
      key: text('Its name in orders.'),
      name: text('As in the shop.'),
      kind: text('list, radio, checkbox, quantity or number.'),
      required: yes('Whether it must be chosen.'),
      conditions: conditions('it'),
      prices: prices(),
      values: Type.Array(
        Type.Object({
          id: text('opv_…'),
          key: text('Its name in orders.'),
          label: text('As in the shop.'),
          server_group_id: nullable('svg_… where services with it run.'),
          free: nullableWhole('Free places there; 0: it is full. Null: no limit, or it stands for no place.'),
          conditions: conditions('the value'),
          prices: prices(),
        }),
      ),
    }),
  ),
  fields: Type.Array(
    Type.Object({
      id: text('fld_…'),
      key: text('Its name in orders.'),
      label: text('The question.'),
      kind: text('text, domain, hostname …'),
      required: yes('Whether it must be answered.'),
      choices: Type.Array(Type.String(), { description: 'What a list offers.' }),
    }),
  ),
  addon_ids: Type.Array(Type.String(), { description: 'prd_… that may be ordered with it.' }),
  version: whole('Grows with each change; a change may name the one it was made from.'),
})

const share = (description: string) =>
  Type.Integer({ description: `${description} Parts per million: 100000 is 10 %.` })

const Bundle = Type.Object({
  id: text('bun_…'),
  brand_id: text('brd_…'),
  slug: text('In its address.'),
  name: text('As in the shop and on invoices.'),
  summary: nullable('One sentence.'),
  position: whole('Place among the bundles.'),
  members: Type.Array(
    Type.Object({
      product_id: text('prd_…'),
      cycles: Type.Array(Type.String(), { description: 'None: every cycle.' }),
    }),
  ),
  kind: text('percent, fixed or price.'),
  percent_ppm: nullableWhole('What is taken off, in parts per million.'),
  amount: nullableMoney('The sum off, or the price of all members.'),
  lasts: text('first or whole.'),
  status: text('active or retired.'),
  version: whole('Grows with each change.'),
})

const Gift = Type.Object({
  id: text('giv_…'),
  brand_id: text('brd_…'),
  giver_id: text('prd_… that is ordered.'),
  giver_cycles: Type.Array(Type.String(), { description: 'With which of its cycles; none: all.' }),
  given_id: text('prd_… that it gives.'),
  given_cycles: Type.Array(Type.String(), { description: 'At which cycles; none: all.' }),
  percent_ppm: share('What is taken off.'),
  lasts: text('first or whole.'),
  status: text('active or retired.'),
  version: whole('Grows with each change.'),
})

const PriceList = Type.Object({
  id: text('plt_…'),
  brand_id: text('brd_…'),
  name: text('As staff call it.'),
  discount_ppm: share('Taken off the default prices of what it has no price of its own for.'),
  retired: yes('Whether it is out of use.'),
  version: whole('Grows with each change.'),
})

const PriceRule = Type.Object({
  id: text('prr_…'),
  brand_id: text('brd_…'),
  base: text('The currency whose prices are converted.'),
  currency: text('The currency whose prices follow.'),
  markup_ppm: share('Added to what the rate gives.'),
  mode: text('nearest, up or down.'),
  step: text('Prices stand at whole steps …'),
  ending: text('… plus this.'),
  follows: yes('Whether it is applied every day by itself.'),
})

const DerivedPrice = Type.Object({
  owner_id: text('prd_…, opt_… or opv_…'),
  cycle: text('1m, 1y, once …'),
  amount: money(),
  setup: money(),
  old: nullableMoney('What holds now; null: not sold so yet.'),
})

export const catalogComponents = {
  Bundle,
  CatalogFile,
  DerivedPrice,
  Gift,
  ImportReport,
  PriceList,
  PriceRule,
  ProductDetail,
} satisfies Record<string, TSchema>
