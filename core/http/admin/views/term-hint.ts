import type { Desk } from '../desk.ts'

/** How many periods of a fixed term are left, beside the day up to which it is charged. */
export const termHint = ({ t }: Desk, { periods_left: count }: { periods_left: number | null }) =>
  count === null ? {} : { hint: t('prices.terms.left', { count }) }
