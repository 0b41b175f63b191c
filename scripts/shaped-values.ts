/** A value that a plugin may change: by which shape hook, or by which operations of a kind, where it answers it whole. */
export interface ShapedValue {
  value: string
  /** Names of hooks, or "kind.operation". */
  by: readonly string[]
  bounds: string
  /** The test that changes it by a plugin. */
  test: string
}

export const shapedValues: readonly ShapedValue[] = [
  {
    value: 'Lines of an invoice',
    by: ['invoice.lines:shape'],
    bounds:
      'Further lines of the currency and tax class of the document; none is changed or taken away, and all together stay at or above zero. Documents of the billing run and of changes of plan, in preview and deed; orders have `cart.prices:shape`',
    test: 'test/plugins/lines-of-changes.test.ts',
  },
  {
    value: 'Price',
    by: ['cart.prices:shape'],
    bounds: 'Further lines of a cart; a buyer who was shown another sum looks again',
    test: 'test/plugins/cart-prices.test.ts',
  },
  {
    value: 'Tax',
    by: ['tax.determine', 'tax.determine_remote'],
    bounds:
      'Of a brand that chose the plugin: it answers all taxes of a document, and no second plugin shapes them, because one must answer for them. Rates, treatment and note of each line; amounts are worked out by core',
    test: 'test/plugins/tax-by-plugin.test.ts',
  },
  {
    value: 'Order form',
    by: ['order.form:shape'],
    bounds: 'Further questions, and answers that do not fit',
    test: 'test/plugins/order-form.test.ts',
  },
  {
    value: 'Mail',
    by: ['mail.message:shape'],
    bounds: 'Its subject, or a reason not to send it; one with a secret link goes all the same',
    test: 'test/mail/shape-mail.test.ts',
  },
  {
    value: 'Slot of a page',
    by: ['add_on.draw_slot'],
    bounds: 'Each plugin has its own part of a slot, in blocks that core draws; none changes that of another',
    test: 'test/plugins/places.test.ts',
  },
  {
    value: 'Menu of the shop',
    by: ['page.navigation:shape'],
    bounds: 'Area `storefront`: entries to add or hide',
    test: 'test/plugins/hooks-of-pages.test.ts',
  },
  {
    value: 'Navigation of portal and staff pages',
    by: ['page.navigation:shape'],
    bounds: 'Areas `portal` and `admin`: as the menu; staff keep all of theirs',
    test: 'test/plugins/hooks-of-pages.test.ts',
  },
]
