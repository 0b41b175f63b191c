/**
 * The settings as people look for them: topics in the order of a sale, and in each what belongs together. Every setting
 * without a page of its own stands in one of them.
 */
export const SETTING_TOPICS: Readonly<Record<string, readonly string[]>> = {
  shop: ['shop.terms', 'services.units_per_client', 'shop.left_cart_hours', 'shop.left_cart_coupon'],
  renewals: [
    ...['billing.lead_days', 'billing.lead_days_short', 'billing.lead_days_long', 'billing.payment_days'],
    ...['billing.anchor_day', 'billing.charge_next_from', 'billing.monthly_invoice'],
    ...['billing.invoice_minimum', 'billing.carry_days'],
    ...['services.invoice_suspended', 'services.announce_ends'],
  ],
  charges: [
    ...['billing.charge_retries', 'billing.quiet_from', 'billing.quiet_until', 'billing.expiry_notice_days'],
    ...['billing.capture', 'billing.authorisation_days', 'billing.capture_notice_days'],
    ...['billing.instalment_offer', 'billing.instalment_grace_days', 'billing.dispute_reopens'],
  ],
  dunning: [
    ...['billing.remind_before', 'billing.remind_after', 'billing.late_fee'],
    ...['billing.suspend_after', 'billing.terminate_after'],
  ],
  credit: [
    ...['billing.use_credit', 'billing.credit_limit', 'billing.deposit_minimum', 'billing.deposit_maximum'],
    'billing.gift_card_days',
  ],
  documents: [
    ...['billing.by_post', 'billing.letters'],
    ...['billing.proforma_first', 'billing.cash_rounding', 'billing.defer_income'],
    ...['billing.e_invoice', 'billing.e_invoice_standard', 'billing.e_invoice_seller'],
  ],
  tax: [
    ...['billing.tax_plugin', 'billing.tax_id_recheck_days', 'billing.tax_id_keep_days'],
    'billing.exemption_notice_days',
  ],
  changes: [
    ...['services.proration', 'services.unused_on_downgrade', 'services.unused_on_cancel'],
    'services.cancel_reason',
    ...['services.pause', 'services.hour_cap', 'services.usage_months'],
  ],
  servers: ['services.health_minutes'],
  clients: ['client.locked_fields', 'client.close_idle_after'],
  plugins: ['plugins.index_address', 'plugins.index_key', 'plugins.log_days', 'plugins.log_lines'],
}

export const topicOf = (key: string): string | undefined =>
  Object.keys(SETTING_TOPICS).find((topic) => SETTING_TOPICS[topic]!.includes(key))
