import { defineError } from '../../kernel/index.ts'

export const StayOfferOver = defineError(
  'stay_offer.over',
  409,
  (p: { service_id: string }) =>
    `The offer for the service ${p.service_id} does not hold any more. Nothing was changed.`,
)
