import {
  chargeText,
  eligible,
  listPayWays,
  offers,
  type GatewayRules,
  type PaidFor,
} from '../../billing/index.ts'
import { invalidInput } from '../../kernel/index.ts'
import type { Ctx, State } from '../context.ts'
import { requireBrand } from '../page/index.ts'

/** "gateway:plg_…" or "method:mth_…", as the radio buttons send it. */
export type PayWith = { kind: 'gateway' | 'method'; id: string }

export interface PayChoice {
  value: string
  label: string
  hint?: string
  /** What is paid with can be kept for renewals. */
  saves?: boolean
}

/**
 * Saved methods first, then the gateways in the order of staff; without those that do not take this sum from a client
 * who is known. `dueMinor` is asked for only where a gateway wants to know it.
 */
export async function payChoices(
  ctx: Ctx,
  { dueMinor, ...paid }: Pick<PaidFor, 'invoiceIds' | 'products'> & { dueMinor: () => Promise<bigint> },
): Promise<PayChoice[]> {
  const { deps, client, currency, t } = ctx.state
  const of = { brandId: requireBrand(ctx).id, clientId: client?.id ?? null }
  const { gateways: offered, methods } = await listPayWays(deps.db, {
    ...{ ...of, paid: { ...paid, currency } },
  })
  const isAsked = client !== null && offered.some((gateway) => offers(gateway, 'eligibility'))
  const gateways = isAsked
    ? await eligible(deps, offered, { clientId: client.id, currency, amountMinor: await dueMinor() })
    : offered
  return [
    ...methods.map(({ id, label, rules }) => {
      const hint = [t('storefront.pay.saved'), costOf(rules, currency)].filter(Boolean).join(' · ')
      return { value: `method:${id}`, label, hint }
    }),
    ...gateways.map((gateway) => {
      const { id, name, rules } = gateway
      const hint = costOf(rules, currency)
      const saves = offers(gateway, 'charge_method')
      return { value: `gateway:${id}`, label: name, saves, ...(hint ? { hint } : {}) }
    }),
  ]
}

/** What paying this way costs more or less: the sum itself stands on the pay page. */
const costOf = (rules: string | null | undefined, currency: string): string => {
  const text = chargeText(JSON.parse(rules ?? '{}') as GatewayRules, currency)
  return text && `${text} ${currency}`
}

/** Whether to ask for keeping the method, and with which ways that works where it does not with all. */
export function saveView({ t }: Pick<State, 't'>, choices: readonly PayChoice[]) {
  const names = choices.flatMap(({ saves, label }) => (saves ? [label] : []))
  const onlySome = choices.some(({ saves }) => saves === false)
  return {
    isOffered: names.length > 0,
    hint: onlySome ? t('storefront.pay.save_with', { names: names.join(', ') }) : null,
  }
}

/** What was chosen, if it is offered. */
export function readPayWith(text: string, choices: readonly PayChoice[]): PayWith {
  if (!choices.some(({ value }) => value === text)) throw invalidInput({ pay: 'is missing' })
  const at = text.indexOf(':')
  return { kind: text.slice(0, at) as PayWith['kind'], id: text.slice(at + 1) }
}
