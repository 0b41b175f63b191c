import { money, type Money } from '../../../../sdk/index.ts'
import {
  decidersOf,
  fitChoices,
  isConditional,
  pricesOn,
  QUANTITY_MAX,
  type OrderField,
  type PricedLine,
  type Product,
} from '../../../catalog/index.ts'
import { addDays, type IsoDate } from '../../../kernel/index.ts'
import { priceExtra, type PricedExtra } from '../../../orders/index.ts'
import type { ServiceRow } from '../../../services/index.ts'
import type { RouteCtx } from '../../context.ts'
import { formKeys, type FormProblem } from '../../page/index.ts'
import { cycleText } from '../cycle-text.ts'
import { optionView } from './change-options.ts'

/** What the address or the form says: "quantity", "cycle", "o.<option key>", "f.<question key>". */
export function extraWish(ctx: RouteCtx, service_id: string) {
  const said = saidIn(ctx)
  const group = (head: string) =>
    Object.fromEntries(
      [...said].flatMap(([name, value]) => (name.startsWith(head) ? [[name.slice(head.length), value]] : [])),
    )
  const quantity = Number(said.get('quantity') ?? '1')
  const cycle = said.get('cycle')
  return {
    ...{ service_id, product_id: ctx.params.productId!, ...(cycle ? { cycle } : {}) },
    ...{ quantity: Number.isInteger(quantity) ? quantity : 0, options: group('o.'), fields: group('f.') },
  }
}

function saidIn(ctx: RouteCtx): Map<string, string> {
  const form = Object.entries(ctx.state.form).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return new Map([...new URLSearchParams(ctx.querystring), ...form])
}

export async function extraView(ctx: RouteCtx, problem?: FormProblem) {
  const { deps, actor } = ctx.state
  const id = ctx.params.serviceId!
  const said = saidIn(ctx)
  const wish = extraWish(ctx, id)
  const safe = { ...wish, quantity: Math.min(Math.max(wish.quantity, 1), QUANTITY_MAX) }
  const asked = await priceExtra(deps, safe, actor)
  const { given, offered } = fitChoices(asked.product.options, wish.options)
  const isFitted = asked.product.options.some(isConditional)
  const priced = isFitted ? await priceExtra(deps, { ...safe, options: given }, actor) : asked
  const { product, service, item } = priced
  const deciders = new Set(product.options.flatMap(decidersOf))
  const href = `/portal/services/${id}/extras`
  const errors = [...Object.values(item.errors), ...(problem?.errors.map(({ message }) => message) ?? [])]
  return {
    ...{
      name: product.name,
      text: product.summary,
      href,
      label: service.label,
      backHref: `/portal/services/${id}`,
    },
    action: `${href}/${product.id}`,
    cycles: cyclesOf(ctx, product, service),
    ...{ cycle: item.wish.cycle, quantity: safe.quantity },
    options: offered.map((option) => ({
      ...optionView(ctx, option, (given[option.key] ?? option.preset ?? undefined) as string | undefined),
      ...{ name: `o.${option.key}`, decides: deciders.has(option.key) },
    })),
    questions: product.fields
      .filter(({ retiredAt }) => retiredAt === null)
      .map((one) => questionView(one, said)),
    sum: sumView(ctx, priced),
    chosen: [
      ...[...said].filter(([name]) => name.startsWith('f.')),
      ...Object.entries(given).map(([key, value]) => [`o.${key}`, String(value)]),
      ...[
        ['cycle', item.wish.cycle],
        ['quantity', String(safe.quantity)],
      ],
    ],
    errors: [...new Set(errors)],
    keys: formKeys(),
  }
}

function cyclesOf(ctx: RouteCtx, product: Product, service: ServiceRow) {
  const { deps, t } = ctx.state
  const day = deps.business.today(service.zone)
  return pricesOn(product, service.currency, day).map(({ cycle, amountMinor }) => ({
    ...{ value: cycle as string, label: cycleText(t, cycle) },
    price: money(amountMinor, service.currency),
  }))
}

function questionView({ key, label, hint, kind, choices, required }: OrderField, said: Map<string, string>) {
  const options = choices.map((value) => ({ value, label: value }))
  return {
    ...{ name: `f.${key}`, label, hint, required, value: said.get(`f.${key}`) ?? '' },
    ...(kind === 'list'
      ? { kind: 'select', options: [{ value: '', label: '–' }, ...options] }
      : { kind: 'text' }),
  }
}

interface SumLineView {
  label: string
  amount: Money
  from: IsoDate | null
  to: IsoDate | null
  /** The working: so many of so many days of a price. */
  days: number
  length: number
  of: Money
}

function sumView({ state: { t } }: RouteCtx, { item, service }: PricedExtra) {
  const { currency } = service
  const [part] = item.units.flat()
  return {
    lines: (part?.selection.lines ?? []).map((line) => ({
      ...lineView(line, currency),
      ...(line.kind === 'setup' ? { label: t('storefront.summary.setup', { what: line.label }) } : {}),
    })),
    total: money(item.first.totalMinor, currency),
    isFree: item.first.totalMinor === 0n,
    then: item.renewal ? money(item.renewal.totalMinor, currency) : null,
    per: part ? cycleText(t, part.selection.cycle) : '',
    nextOn: part?.term?.nextOn ?? null,
  }
}

function lineView({ label, amountMinor, period, trace }: PricedLine, currency: string): SumLineView {
  const of = typeof trace.of === 'string' ? BigInt(trace.of) : amountMinor
  return {
    ...{ label, amount: money(amountMinor, currency), of: money(of, currency) },
    ...{ from: period?.startsOn ?? null, to: period ? addDays(period.endsOn, -1) : null },
    ...{ days: Number(trace.days ?? 0), length: Number(trace.length ?? 0) },
  }
}
