import { defineLifecycle } from '../../kernel/index.ts'

/** What a shop offers to whoever is about to cancel: taken, and the service stays; or not, and it is cancelled. */
export const stayOfferLifecycle = defineLifecycle('stay_offer', {
  initial: 'offered',
  transitions: {
    accept: { from: ['offered'], to: 'accepted' },
    decline: {
      from: ['offered'],
      to: 'declined',
      follows: 'the cancellation that declines it is asked about itself',
    },
  },
})
