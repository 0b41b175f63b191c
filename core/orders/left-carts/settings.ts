import { Type } from '../../../sdk/index.ts'
import { defineSetting } from '../../records/index.ts'

/** Hours without a change after which a cart counts as left and its buyer gets one mail; 0 for none. */
export const leftCartHours = defineSetting({
  key: 'shop.left_cart_hours',
  schema: Type.Integer({ minimum: 0, maximum: 336 }),
  preset: 0,
  scopes: ['installation', 'brand'],
})

/** Code of a coupon that the mail names and its link enters; empty for none. */
export const leftCartCoupon = defineSetting({
  key: 'shop.left_cart_coupon',
  schema: Type.String({ maxLength: 40 }),
  preset: '',
  scopes: ['installation', 'brand'],
})
