import { defineError } from '../kernel/index.ts'

export const GroupInUse = defineError(
  'group.in_use',
  409,
  (p: { id: string; products: number; groups: number }) =>
    `The group still holds ${p.products} products and ${p.groups} groups on offer. Move or retire them first.`,
)
export const GroupLoop = defineError(
  'group.loop',
  422,
  (p: { slug: string }) => `The group "${p.slug}" would stand inside itself. Choose another parent.`,
)
export const AddonRefused = defineError(
  'addon.refused',
  422,
  (p: { reason: string }) => `This product cannot be offered as an add-on here: ${p.reason}.`,
)
export const ConditionBroken = defineError(
  'option.condition_broken',
  409,
  (p: { of: string; reason: string }) =>
    `The condition of "${p.of}" would not fit any more: ${p.reason}. Change that condition first.`,
)
export const PlaceFull = defineError(
  'order.place_full',
  409,
  (p: { choice: string; free: number; asked: number }) =>
    `"${p.choice}" has ${p.free} places left, and ${p.asked} were asked for. Choose another place, or fewer. Nothing was ordered.`,
)
export const CouponUnknown = defineError(
  'coupon.unknown',
  404,
  (p: { code: string }) => `There is no coupon "${p.code}" in this shop.`,
)
export const CouponUsedUp = defineError(
  'coupon.used_up',
  409,
  (p: { code: string; field: 'uses_max' | 'uses_per_client' }) =>
    p.field === 'uses_max'
      ? `The coupon "${p.code}" was used up a moment ago. Order without it.`
      : `This client has used the coupon "${p.code}" as often as it may be. Order without it.`,
)
export const PriceListInUse = defineError(
  'price_list.in_use',
  409,
  (p: { name: string; groups: number }) =>
    `The price list "${p.name}" is used by ${p.groups} client groups. Give them another one first.`,
)
export const ProductUnpriced = defineError(
  'product.unpriced',
  409,
  (p: { name: string }) =>
    `"${p.name}" has no price yet. Set one first, or make it free: the cycle "free" at 0.`,
)
