import type { Scheme } from '../../catalog/index.ts'
import { moneyText, type Teller } from './price-text.ts'

/** "2 included · 1–10: €1.00 each · from 11: €0.80 each + €2.00 · at least €5.00", for a price with steps. */
export function stepsText(ctx: Teller, scheme: Scheme, currency: string): string {
  const { t } = ctx.state
  const money = (minor: bigint) => moneyText(ctx, minor, currency)
  const tiers = scheme.tiers.map(({ upTo, unitMinor, flatMinor }, i) => {
    const from = (scheme.tiers[i - 1]?.upTo ?? 0) + 1
    const unit = unitMinor === 0n ? [] : [unitText(ctx, scheme, money(unitMinor))]
    const sum = [...unit, ...(flatMinor === 0n ? [] : [money(flatMinor)])].join(' + ') || money(0n)
    if (scheme.tiers.length === 1) return sum
    return upTo === null
      ? t('prices.steps.from', { from, sum })
      : t('prices.steps.range', { from, to: upTo, sum })
  })
  return [
    ...(scheme.included > 0 ? [t('prices.steps.included', { count: scheme.included })] : []),
    ...tiers,
    ...(scheme.minimumMinor > 0n ? [t('prices.steps.minimum', { sum: money(scheme.minimumMinor) })] : []),
    ...(scheme.kind === 'volume' && scheme.tiers.length > 1 ? [t('prices.steps.volume')] : []),
  ].join(' · ')
}

const unitText = ({ state: { t } }: Teller, { kind, size }: Scheme, price: string): string =>
  kind === 'package' ? t('prices.steps.package', { size, price }) : t('storefront.product.each', { price })
