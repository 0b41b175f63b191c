import { listPayWays } from '../../billing/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { Ctx } from '../context.ts'
import { requireBrand } from '../page/index.ts'

/** "gateway:plg_…" or "method:mth_…", as the radio buttons send it. */
export type PayWith = { kind: 'gateway' | 'method'; id: string }

export interface PayChoice {
  value: string
  label: string
  hint?: string
}

/** Saved methods first, then the gateways in the order of staff. */
export async function payChoices(ctx: Ctx): Promise<PayChoice[]> {
  const { deps, client, currency, t } = ctx.state
  const of = { brandId: requireBrand(ctx).id, clientId: client?.id ?? null }
  const { gateways, methods } = await listPayWays(deps.db, { ...of, facts: { currency } })
  return [
    ...methods.map(({ id, label }) => ({ value: `method:${id}`, label, hint: t('storefront.pay.saved') })),
    ...gateways.map(({ id, name }) => ({ value: `gateway:${id}`, label: name })),
  ]
}

/** What was chosen, if it is offered. */
export function readPayWith(text: string, choices: readonly PayChoice[]): PayWith {
  if (!choices.some(({ value }) => value === text)) throw invalidInput({ pay: 'is missing' })
  const at = text.indexOf(':')
  return { kind: text.slice(0, at) as PayWith['kind'], id: text.slice(at + 1) }
}
