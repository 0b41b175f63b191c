import { trialFee } from '../../catalog/index.ts'
import { cycle, recurs } from '../../kernel/index.ts'
import { reasonText } from '../page/index.ts'
import type { Configured } from './configure.ts'
import { moneyText, type Teller } from './price-text.ts'

/** The tick with which a product begins as a trial; none where it has no trial in this currency or cycle. */
export function trialField(ctx: Teller, { product, view, wish, errors }: Configured) {
  const { t } = ctx.state
  const { trial } = product
  const fee = trial && trialFee(trial, view.currency)
  if (!trial || fee === null || !recurs(cycle(wish.cycle))) return []
  const price = fee === 0n ? t('prices.terms.trial_free') : moneyText(ctx, fee, view.currency)
  return [
    {
      ...{ kind: 'checkbox', name: 'trial', value: '1', checked: wish.trial === true, required: false },
      label: `${t('prices.terms.trial', { days: trial.days })} (${price})`,
      hint: t(`prices.terms.trial_then.${trial.then}`),
      ...(errors.trial === undefined ? {} : { error: reasonText(t, errors.trial) }),
    },
  ]
}
