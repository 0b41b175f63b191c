import { invalidInput } from '../../kernel/index.ts'
import type { Translate } from '../../i18n/index.ts'

/** Kinds that a first product is made of, each with a group of its own. */
export const FIRST_KINDS = ['shared_hosting', 'vps', 'game_server', 'dedicated_server', 'other'] as const

export interface FirstProduct {
  kind: string
  name: string
  currency: string
  /** Decimal, of a month. */
  price: string
}

/** A catalogue file with one product that is sold by the month, in the group of its kind; delivered by hand until a plugin is chosen. */
export function firstProductFile(t: Translate, { kind, name, currency, price }: FirstProduct): string {
  const known = FIRST_KINDS.find((one) => one === kind)
  if (!known) throw invalidInput({ kind: `must be one of ${FIRST_KINDS.join(', ')}` })
  const slug = slugOf(name)
  if (!slug) throw invalidInput({ product: 'needs a letter or a digit of the Latin alphabet' })
  if (!/^\d+(\.\d+)?$/.test(price)) throw invalidInput({ price: 'must be a sum, 0 or more' })
  const product = {
    ...{ slug, name, kind: known, summary: t(`first_steps.summary.${known}`), delivery_on: 'payment' },
    prices: { monthly: { [currency]: price } },
  }
  const group = {
    slug: known.replaceAll('_', '-'),
    name: t(`first_steps.group.${known}`),
    products: [product],
  }
  // JSON is YAML, and quotes whatever was typed.
  return JSON.stringify({ berth_catalog: 1, groups: [group] })
}

/** "Größe M" → "grosse-m" */
const slugOf = (name: string): string =>
  name
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60)
