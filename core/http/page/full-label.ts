import { isFull, type OptionValue } from '../../catalog/index.ts'
import type { Translate } from '../../i18n/index.ts'

/** A value of an option in a form; where nothing more fits it says so, and cannot be chosen. */
export const fullLabel = (
  t: Translate,
  value: Pick<OptionValue, 'free'>,
  label: string,
): { label: string; disabled?: true } =>
  isFull(value) ? { label: t('storefront.product.full', { label }), disabled: true } : { label }
