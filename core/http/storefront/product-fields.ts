import {
  decidersOf,
  presetOf,
  isNameKind,
  chargeFor,
  priceAt,
  pricesOn,
  type Option,
  type OrderField,
  type Price,
  type Product,
} from '../../catalog/index.ts'
import { fileTypes } from '../../files/index.ts'
import { cycle, type Cycle } from '../../kernel/index.ts'
import { fullLabel, reasonText } from '../page/index.ts'
import type { Configured } from './configure.ts'
import { savingText } from './plan-cards.ts'
import { cycleName, moneyText, monthlyText, perCycle, type Teller } from './price-text.ts'
import { stepsText } from './steps-text.ts'
import { trialField } from './trial-field.ts'

/** Parameters of the component `field`. */
export type FieldView = Record<string, unknown> & { name: string; label: string }

/** Cycle, options and add-ons: everything whose price depends on the cycle. */
export function choiceFields(ctx: Teller, configured: Configured) {
  const { product, offered } = configured
  const deciders = new Set(product.options.flatMap(decidersOf))
  return {
    cycle: cycleField(ctx, configured),
    options: [
      ...trialField(ctx, configured),
      ...offered.map((option) => ({
        ...optionField(ctx, option, configured),
        /** Whether the options are drawn anew when it changes. */
        decides: deciders.has(option.key),
      })),
    ],
    addons: product.addons.flatMap((addon) => addonField(ctx, addon, configured)),
  }
}

function cycleField(ctx: Teller, { product, view, wish, errors }: Configured): FieldView {
  const prices = pricesOn(product, view.currency, view.day)
  const options = prices.map((price) => {
    const terms = { cycle: price.cycle, currency: view.currency }
    const saving = savingText(ctx, [product], { ...view, cycle: price.cycle, against: prices[0]!.cycle })
    const hints = [monthlyText(ctx, price.amountMinor, terms), saving].filter((hint) => hint !== null)
    return {
      value: price.cycle,
      label: cycleName(ctx, price.cycle),
      ...(hints.length > 0 ? { hint: hints.join(' · ') } : {}),
      aside: moneyText(ctx, price.amountMinor, view.currency),
    }
  })
  const label = ctx.state.t('storefront.product.cycle')
  return { kind: 'radio', name: 'cycle', label, value: wish.cycle, options, ...errorOf(ctx, errors.cycle) }
}

function optionField(ctx: Teller, option: Option, configured: Configured): FieldView {
  const { wish, errors, touched } = configured
  const name = `o.${option.key}`
  const value = textOf(wish.options?.[option.key] ?? presetOf(option))
  const base = { name, label: option.name, hint: option.hint, value, ...errorOf(ctx, errors[name]) }
  switch (option.kind) {
    case 'list':
    case 'radio':
      return { ...base, ...valuesOf(ctx, option, configured) }
    case 'checkbox': {
      const price = priceText(ctx, option.prices, configured)
      const label = price ? `${option.name} (${price})` : option.name
      const checked = touched ? value === '1' || value === 'on' : option.preset === '1'
      return { ...base, label, kind: 'checkbox', value: '1', checked, required: false }
    }
    case 'quantity':
    case 'number':
      return { ...base, ...numberOf(ctx, option, configured), value: value || String(option.minimum ?? 0) }
  }
}

function valuesOf(ctx: Teller, option: Option, configured: Configured) {
  const { t } = ctx.state
  const isRadio = option.kind === 'radio'
  const sold = option.values.filter(({ retiredAt }) => !retiredAt)
  const options = sold.map((value) => {
    const price = priceText(ctx, value.prices, configured)
    if (isRadio) return { value: value.key, ...fullLabel(t, value, value.label), aside: price }
    const label = price ? `${value.label} (${price})` : value.label
    return { value: value.key, ...fullLabel(t, value, label) }
  })
  const none = { value: '', label: t('storefront.product.none') }
  return {
    kind: isRadio ? 'radio' : 'select',
    required: option.required,
    options: option.required ? options : [none, ...options],
  }
}

function numberOf(ctx: Teller, option: Option, configured: Configured) {
  const { t } = ctx.state
  const price = priceText(ctx, option.prices, configured)
  const minimum = option.minimum ?? 0
  const range =
    option.maximum === null
      ? t('storefront.product.at_least', { minimum })
      : t('storefront.product.range', { minimum, maximum: option.maximum })
  const steps = chargeFor(option.prices, { ...configured.view, cycle: cycle(configured.wish.cycle) })?.scheme
  const single = price ? t('storefront.product.each', { price }) : null
  const each = steps ? stepsText(ctx, steps, configured.view.currency) : single
  const hint = [option.hint, range, each].filter((text) => text !== null).join(' · ')
  return {
    ...{ kind: option.kind, hint, required: true, inputmode: 'numeric' },
    ...{ min: minimum, max: option.maximum, step: option.step ?? 1, suffix: option.unit },
  }
}

function addonField(ctx: Teller, addon: Product, configured: Configured): FieldView[] {
  if (addon.status !== 'active' && addon.status !== 'hidden') return []
  const { view, wish, errors } = configured
  const candidates = [cycle(wish.cycle), cycle('once'), cycle('free')]
  const of = candidates.find((candidate) => priceAt(addon.prices, { ...view, cycle: candidate }))
  if (!of) return []
  const price = priceAt(addon.prices, { ...view, cycle: of })!
  const name = `a.${addon.slug}`
  const sum = `${moneyText(ctx, price.amountMinor, view.currency)} ${perCycle(ctx, of)}`
  const checked = wish.addons?.some(({ product_id: id }) => id === addon.id) ?? false
  const hint = addon.summary ?? ''
  return [
    {
      kind: 'checkbox',
      name,
      label: addon.name,
      aside: sum,
      hint,
      value: '1',
      checked,
      ...errorOf(ctx, errors[name]),
    },
  ]
}

/** "+€3.00 a month"; null for what is included or not sold on these terms. */
function priceText(ctx: Teller, prices: readonly Price[], { view, wish }: Configured): string | null {
  const of: Cycle = cycle(wish.cycle)
  const charge = chargeFor(prices, { ...view, cycle: of })
  if (!charge || (charge.amountMinor === 0n && charge.setupMinor === 0n)) return null
  return `+${moneyText(ctx, charge.amountMinor, view.currency)} ${perCycle(ctx, of)}`
}

/** The questions asked with the order. Their errors are shown once the form was sent. */
export function questionFields(ctx: Teller, { product, wish }: Configured, errors: Record<string, string>) {
  const asked = product.fields.filter(({ retiredAt }) => !retiredAt)
  return asked.map((field) => questionField(ctx, field, { value: textOf(wish.fields?.[field.key]), errors }))
}

/** Domain and host names are no words: nothing is to be corrected or begun with a capital. */
const NAME_ATTRS = { autocapitalize: 'none', autocorrect: 'off', spellcheck: 'false' }

interface Answered {
  value: string
  errors: Record<string, string>
}

function questionField(ctx: Teller, field: OrderField, { value, errors }: Answered): FieldView {
  const name = `f.${field.key}`
  const { label, hint, required } = field
  const base = { name, label, hint, required, ...errorOf(ctx, errors[name]) }
  if (field.kind === 'checkbox')
    return { ...base, kind: 'checkbox', value: '1', checked: value === '1', required }
  if (field.kind === 'file') {
    const types = field.choices.length > 0 ? field.choices : Object.keys(fileTypes)
    const note = value === '' ? null : ctx.state.t('storefront.product.file_kept')
    const accept = types.map((type) => `.${type}`).join(',')
    return { ...base, kind: 'file', value, note, accept, required: required && value === '' }
  }
  if (field.kind === 'list') {
    const options = field.choices.map((choice) => ({ value: choice, label: choice }))
    return { ...base, kind: 'select', value, options }
  }
  if (isNameKind(field.kind)) return { ...base, kind: 'text', value, attrs: NAME_ATTRS }
  return { ...base, kind: field.kind, value, ...(field.kind === 'textarea' ? { rows: 4 } : {}) }
}

function errorOf({ state: { t } }: Teller, reason: string | undefined): { error?: string } {
  return reason === undefined ? {} : { error: reasonText(t, reason) }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : ''
