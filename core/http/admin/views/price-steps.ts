import { fallsAt, priceAt, schemeKinds, type Scheme } from '../../../catalog/index.ts'
import { cycle as cycleOf, NotFound } from '../../../kernel/index.ts'
import { toDecimal } from '../../../../sdk/index.ts'
import type { FormBody } from '../../context.ts'
import type { Block, Field, PageView } from '../blocks.ts'
import { filled, formParts, textOf, type Asked, type Desk } from '../desk.ts'
import { reachOption } from './option.ts'
import { cycleName } from './words.ts'

/** Rows for steps that the form has. */
export const STEP_ROWS = 8

/** Which price the page is about: in its address, and hidden in its form. */
export function termsOf({ query, form }: Asked): { cycle: string; currency: string } {
  const cycle = query.cycle ?? textOf(form, 'cycle')
  const currency = query.currency ?? textOf(form, 'currency')
  if (!/^(once|free|[1-9]\d{0,2}[dwmy])$/.test(cycle) || !/^[A-Z]{3}$/.test(currency))
    throw NotFound({ what: 'price', id: `${cycle} ${currency}` })
  return { cycle, currency }
}

/** The steps of one price of a counted option. */
export async function stepsPage(desk: Desk, asked: Asked): Promise<PageView> {
  const { t, today } = desk
  const { option, product } = await reachOption(desk, asked.params.id!)
  const { cycle, currency } = termsOf(asked)
  const price = priceAt(option.prices, { cycle: cycleOf(cycle), currency, day: today })
  const title = t('prices.steps.edit', { cycle: cycleName(desk, cycle), currency })
  const at = `/admin/catalog/options/${option.id}`
  const plain: Scheme | null = price
    ? {
        ...{ kind: 'per_unit', included: 0, minimumMinor: 0n, size: 1 },
        tiers: [{ upTo: null, unitMinor: price.amountMinor, flatMinor: 0n }],
      }
    : null
  const scheme = price?.scheme ?? plain
  return {
    head: {
      title: `${option.name}: ${title}`,
      text: t('prices.steps.text'),
      crumbs: [
        { label: t('admin.catalog.title'), href: '/admin/catalog' },
        { label: product.name, href: `/admin/catalog/products/${product.id}` },
        { label: option.name, href: at },
        { label: title },
      ],
    },
    main: [
      ...(price?.scheme ? warning(desk, price.scheme) : []),
      {
        kind: 'form',
        id: 'steps-form',
        action: `${at}/steps`,
        fields: fieldsOf(desk, asked, { cycle, currency, scheme }),
        grid: {
          caption: t('prices.steps.hint'),
          columns: [t('prices.steps.up_to'), t('prices.steps.unit'), t('prices.steps.fee')],
          rows: Array.from({ length: STEP_ROWS }, (_, row) => rowOf(desk, asked, { row, currency, scheme })),
        },
        submit: { label: t('prices.steps.save') },
        cancelHref: at,
        ...formParts(desk, asked),
      },
    ],
  }
}

/** Volume prices may fall as the quantity grows: said, not refused. */
function warning({ t }: Desk, scheme: Scheme): Block[] {
  const falls = fallsAt(scheme)
  if (falls.length === 0) return []
  return [
    {
      kind: 'notice',
      id: 'steps-fall',
      tone: 'warn',
      text: t('prices.steps.falls', { at: falls.join(', ') }),
    },
  ]
}

interface StepsOf {
  currency: string
  scheme: Scheme | null
}

function fieldsOf(
  { t, today }: Desk,
  asked: Asked,
  { cycle, currency, scheme }: StepsOf & { cycle: string },
): Field[] {
  const decimal = (minor: bigint) => (minor === 0n ? '' : toDecimal({ minor, currency }))
  return [
    { kind: 'hidden', name: 'cycle', label: '', value: cycle },
    { kind: 'hidden', name: 'currency', label: '', value: currency },
    {
      ...filled(asked, 'kind', scheme?.kind ?? 'graduated'),
      kind: 'select',
      label: t('prices.steps.kind'),
      options: schemeKinds.map((kind) => ({ value: kind, label: t(`prices.steps.kind_of.${kind}`) })),
    },
    { ...filled(asked, 'valid_from', today), kind: 'date', label: t('admin.label.from') },
    {
      ...filled(asked, 'included', scheme?.included || null),
      kind: 'number',
      min: 0,
      required: false,
      label: t('prices.steps.included_units'),
    },
    {
      ...filled(asked, 'minimum', scheme ? decimal(scheme.minimumMinor) : null),
      kind: 'money',
      currency,
      required: false,
      label: t('prices.steps.least'),
    },
    {
      ...filled(asked, 'size', scheme?.kind === 'package' ? scheme.size : null),
      kind: 'number',
      min: 1,
      required: false,
      label: t('prices.steps.size'),
    },
  ]
}

function rowOf({ t }: Desk, asked: Asked, { row, currency, scheme }: StepsOf & { row: number }) {
  const tier = scheme?.tiers[row]
  const decimal = (minor: bigint | undefined) => (minor ? toDecimal({ minor, currency }) : '')
  const error = row === 0 ? asked.refused?.fields.tiers : undefined
  const cell = (name: string, label: string, stored: string): Field => ({
    kind: name === 'up_to' ? 'number' : 'money',
    name: `${name}[${row}]`,
    label: t('prices.steps.of', { what: label, number: row + 1 }),
    value: asked.refused ? textOf((asked.refused.values[name] ?? {}) as FormBody, String(row)) : stored,
    ...(error && name === 'up_to' ? { error } : {}),
  })
  return {
    label: t('prices.steps.row', { number: row + 1 }),
    cells: [
      cell('up_to', t('prices.steps.up_to'), String(tier?.upTo ?? '')),
      cell('unit', t('prices.steps.unit'), decimal(tier?.unitMinor)),
      cell('flat', t('prices.steps.fee'), decimal(tier?.flatMinor)),
    ],
  }
}
