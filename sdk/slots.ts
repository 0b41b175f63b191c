/** Named places in pages in which add-ons show blocks; core draws them. `record`: what the page is about. */
export const slots = {
  'storefront.home.after': { says: 'Below the front page of the shop.' },
  'storefront.product.after': { says: 'Below a product.', record: 'product' },
  'storefront.cart.after': { says: 'Below the cart.' },
  'portal.home.after': { says: 'Below the client’s first page.', record: 'client' },
  'portal.service.aside': { says: 'Beside a service.', record: 'service' },
  'portal.invoice.aside': { says: 'Below an invoice.', record: 'invoice' },
  'portal.invoice.pay': { says: 'Below the ways to pay an invoice.', record: 'invoice' },
  'admin.board.widget': { says: 'The first page of staff. Widgets of dashboards stand here as well.' },
  'admin.client.tab': { says: 'Below a client.', record: 'client' },
  'admin.order.after': { says: 'Below an order.', record: 'order' },
  'admin.service.after': { says: 'Below a service.', record: 'service' },
  'admin.invoice.after': { says: 'Below an invoice.', record: 'invoice' },
} as const satisfies Record<string, { says: string; record?: string }>

export type SlotName = keyof typeof slots

export const slotNames = Object.keys(slots) as SlotName[]
