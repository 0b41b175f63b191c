import type { Product, ProductKind } from '../../catalog/index.ts'

const ICONS: Record<ProductKind, string> = {
  shared_hosting: 'world',
  reseller_hosting: 'users',
  vps: 'cloud',
  dedicated_server: 'server-2',
  game_server: 'device-gamepad-2',
  saas: 'sparkles',
  certificate: 'certificate',
  addon: 'puzzle',
  gift_card: 'gift',
  other: 'package',
}

/** The sign of a group: that of its first product. */
export const groupIcon = (products: readonly Product[]): string => ICONS[products[0]?.kind ?? 'other']
