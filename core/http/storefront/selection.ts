import { fitChoices, isConditional, type Option, type Product } from '../../catalog/index.ts'
import type { ItemWish } from '../../orders/index.ts'
import type { Ctx } from '../context.ts'

/** How a configured product is written in an address and in a form: cycle, qty, o.memory, f.hostname, a.backup, coupon. */
export type Fields = Readonly<Record<string, string>>

/** Of an address without any, which is the same each time. */
const NO_FIELDS: Fields = Object.freeze({})

/** The fields of a post with those of its address below them; the last one of a name wins. */
export function fieldsOf(ctx: Ctx): Fields {
  if (ctx.method === 'GET' && ctx.querystring === '') return NO_FIELDS
  const all = { ...ctx.query, ...ctx.state.form }
  const texts = Object.entries(all).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.at(-1) : value
    return typeof text === 'string' ? [[name, text] as const] : []
  })
  return Object.fromEntries(texts)
}

export interface Chosen {
  wish: ItemWish
  /** Whether the visitor has been at the form: a first look is not greeted with errors. */
  touched: boolean
  /** The options that are offered beside the other choices, each with the values that are. */
  offered: readonly Option[]
  /** Form field → why the form did not show what these choices offer, so that it has to be looked at again. */
  outdated: Readonly<Record<string, string>>
}

/** What was chosen. What the product does not have is passed over; a box that came without its name was not ticked. */
export function readChosen(product: Product, fields: Fields, preset: string): Chosen {
  const touched = fields.cycle !== undefined
  const said = product.options.flatMap(({ key, kind, retiredAt }) => {
    const given = fields[`o.${key}`] ?? (touched && kind === 'checkbox' ? '0' : undefined)
    return given === undefined || retiredAt ? [] : [[key, given] as const]
  })
  const { given, offered, dropped } = fitChoices(product.options, Object.fromEntries(said))
  const answers = product.fields.flatMap(({ key, kind, retiredAt }) => {
    const given = fields[`f.${key}`] ?? (touched && kind === 'checkbox' ? '0' : undefined)
    return given === undefined || retiredAt ? [] : [[key, given] as const]
  })
  const addons = product.addons.filter(({ slug }) => fields[`a.${slug}`] !== undefined)
  const wish: ItemWish = {
    product_id: product.id,
    cycle: /^(once|free|[1-9]\d{0,2}[hdwmy])$/.test(fields.cycle ?? '') ? fields.cycle! : preset,
    quantity: quantityOf(fields.qty),
    options: given,
    fields: Object.fromEntries(answers),
    addons: addons.map(({ id }) => ({ product_id: id })),
    ...(product.trial && fields.trial === '1' ? { trial: true } : {}),
  }
  return { wish, touched, offered, outdated: touched ? outdatedBy(fields, offered, dropped) : {} }
}

/** Without scripts a form may hold what its other fields no longer offer, and lack what they do. */
function outdatedBy(fields: Fields, offered: readonly Option[], dropped: readonly string[]) {
  const unseen = offered.filter(
    (option) =>
      isConditional(option) && option.kind !== 'checkbox' && fields[`o.${option.key}`] === undefined,
  )
  return Object.fromEntries([
    ...dropped.map((key) => [`o.${key}`, 'is not offered with your other choices'] as const),
    ...unseen.map(({ key }) => [`o.${key}`, 'goes with your other choices; please look at it'] as const),
  ])
}

/** The same in the other direction: the address that opens the product configured like this. */
export function queryOf(product: Product, wish: ItemWish): Record<string, string> {
  const named = (prefix: string, values: Record<string, unknown> = {}) =>
    Object.entries(values).map(([key, value]): [string, string] => [`${prefix}.${key}`, String(value)])
  const addons = (wish.addons ?? []).flatMap(({ product_id: id }): [string, string][] => {
    const addon = product.addons.find((candidate) => candidate.id === id)
    return addon ? [[`a.${addon.slug}`, '1']] : []
  })
  return Object.fromEntries([
    ['cycle', wish.cycle],
    ['qty', String(wish.quantity ?? 1)],
    ...(wish.trial ? [['trial', '1'] as [string, string]] : []),
    ...named('o', wish.options),
    ...named('f', wish.fields),
    ...addons,
  ])
}

/** "option.memory" as pricing names it → "o.memory" as the form does. */
export function fieldName(error: string): string {
  const [kind, key = ''] = error.split('.')
  if (kind === 'option') return `o.${key}`
  if (kind === 'field') return `f.${key}`
  if (kind === 'addon') return `a.${key}`
  return kind === 'quantity' ? 'qty' : kind!
}

/** Nothing sensible: priced as 0, which is refused with the range that is allowed. */
function quantityOf(text: string | undefined): number {
  if (text === undefined || text === '') return 1
  return /^\d{1,4}$/.test(text) ? Number(text) : 0
}
