import { declareRead } from '../../records/index.ts'
import type { Section } from './pages.ts'
import { leftCartList } from './views/left-carts.ts'

declareRead('cart.list', ['staff'])

export const leftCarts: Section = {
  pages: [{ path: '/carts', permission: 'cart.list', draw: leftCartList }],
  acts: [],
}
