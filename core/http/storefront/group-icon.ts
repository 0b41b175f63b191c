import { kinds, type Product } from '../../catalog/index.ts'

/** The sign of a group: that of its first product. */
export const groupIcon = (products: readonly Product[]): string => kinds[products[0]?.kind ?? 'other'].icon
