export * from './remind-left-carts.ts'
export * from './restore-cart.ts'
export * from './set-cart-mails.ts'
export * from './settings.ts'
