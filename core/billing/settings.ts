import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'
import { stepProblem } from './cash-rounding.ts'
import { isIban } from './iban.ts'
import { problemsIn, sumProblems, Sums } from './sums.ts'

const days = (maximum: number) => Type.Integer({ minimum: 0, maximum })

export const leadDays = defineSetting({
  key: 'billing.lead_days',
  schema: days(60),
  preset: 7,
  scopes: ['installation', 'brand', 'group', 'product', 'client_group', 'client'],
})

/** For cycles under a month, and of a year or more; -1 takes the days that hold for all. */
const otherDays = Type.Integer({ minimum: -1, maximum: 60 })

export const leadDaysShort = defineSetting({
  key: 'billing.lead_days_short',
  schema: otherDays,
  preset: -1,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
})

export const leadDaysLong = defineSetting({
  key: 'billing.lead_days_long',
  schema: otherDays,
  preset: -1,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
})

/** Everything that begins within a calendar month goes on one document. */
export const monthlyInvoice = defineSetting({
  key: 'billing.monthly_invoice',
  schema: Type.Boolean(),
  preset: false,
  scopes: ['installation', 'brand', 'client'],
})

export const remindBefore = defineSetting({
  key: 'billing.remind_before',
  schema: Type.Array(days(60), { maxItems: 5 }),
  preset: [3],
  scopes: ['installation', 'brand', 'client_group', 'client'],
})

export const remindAfter = defineSetting({
  key: 'billing.remind_after',
  schema: Type.Array(Type.Integer({ minimum: 1, maximum: 120 }), { maxItems: 3 }),
  preset: [1, 3, 7],
  scopes: ['installation', 'brand', 'client_group', 'client'],
})

export const suspendAfter = defineSetting({
  key: 'billing.suspend_after',
  schema: days(120),
  preset: 5,
  scopes: ['installation', 'brand', 'group', 'product', 'client_group', 'client'],
})

export const terminateAfter = defineSetting({
  key: 'billing.terminate_after',
  schema: days(365),
  preset: 30,
  scopes: ['installation', 'brand', 'group', 'product', 'client_group', 'client'],
})

/** Whether new documents take the client's credit by themselves. */
export const useCreditAlways = defineSetting({
  key: 'billing.use_credit',
  schema: Type.Boolean(),
  preset: true,
  scopes: ['installation', 'brand', 'client'],
})

export const RETRIES_MAX = 8

export const chargeRetries = defineSetting({
  key: 'billing.charge_retries',
  schema: Type.Array(Type.Integer({ minimum: 1, maximum: 60 }), { maxItems: RETRIES_MAX }),
  preset: [2, 5],
  scopes: ['installation', 'brand', 'group', 'product', 'client_group', 'client'],
})

export const proformaFirst = defineSetting({
  key: 'billing.proforma_first',
  schema: Type.Boolean(),
  preset: false,
  scopes: ['installation', 'brand', 'client_group', 'client'],
})

export const invoiceMinimum = defineSetting({
  key: 'billing.invoice_minimum',
  schema: Sums,
  preset: {},
  scopes: ['installation', 'brand', 'client_group', 'client'],
  problem: sumProblems,
})

/** Currencies whose sums to pay are rounded after the tax, and to what. */
export const cashRoundingSteps = defineSetting({
  key: 'billing.cash_rounding',
  schema: Type.Array(
    Type.Object({
      currency: Type.String({ pattern: '^[A-Z]{3}$' }),
      step: Type.String({ pattern: '^\\d{1,4}([.,]\\d{1,4})?$' }),
    }),
    { maxItems: 20 },
  ),
  preset: [],
  scopes: ['installation', 'brand'],
  problem: stepProblem,
})

export const carryDays = defineSetting({
  key: 'billing.carry_days',
  schema: Type.Integer({ minimum: 1, maximum: 730 }),
  preset: 180,
  scopes: ['installation'],
})

export const paymentDays = defineSetting({
  key: 'billing.payment_days',
  schema: days(180),
  preset: 0,
  scopes: ['installation', 'brand', 'client_group', 'client'],
})

export const creditLimit = defineSetting({
  key: 'billing.credit_limit',
  schema: Sums,
  preset: {},
  scopes: ['installation', 'brand', 'client_group', 'client'],
  problem: sumProblems,
})

/** Where five of one are about as much as five of another; a shop of other currencies says its own sums. */
const alike = (units: string): Sums => ({ EUR: units, USD: units, GBP: units, CHF: units })

export const depositMinimum = defineSetting({
  key: 'billing.deposit_minimum',
  schema: Sums,
  preset: alike('5'),
  scopes: ['installation', 'brand'],
  problem: sumProblems,
})

export const depositMaximum = defineSetting({
  key: 'billing.deposit_maximum',
  schema: Sums,
  preset: alike('1000'),
  scopes: ['installation', 'brand'],
  problem: sumProblems,
})

/** How old an answer about a tax id may be before the register is asked again. */
export const taxIdRecheckDays = defineSetting({
  key: 'billing.tax_id_recheck_days',
  schema: Type.Integer({ minimum: 1, maximum: 365 }),
  preset: 30,
  scopes: ['installation', 'brand'],
})

/** How long the last good answer counts while the register does not answer. */
export const taxIdKeepDays = defineSetting({
  key: 'billing.tax_id_keep_days',
  schema: Type.Integer({ minimum: 1, maximum: 365 }),
  preset: 90,
  scopes: ['installation', 'brand'],
})

export const exemptionNoticeDays = defineSetting({
  key: 'billing.exemption_notice_days',
  schema: days(180),
  preset: 30,
  scopes: ['installation', 'brand'],
})

/** Whether structured twins of documents are made, and whether a document that has none may be issued. */
export const eInvoiceMode = defineSetting({
  key: 'billing.e_invoice',
  schema: Type.Enum(['off', 'offer', 'require']),
  preset: 'off',
  scopes: ['installation', 'brand', 'client'],
})

/** Whose rules the twin of a document keeps: those of the European norm, or what Germany asks for beyond. */
export const eInvoiceStandard = defineSetting({
  key: 'billing.e_invoice_standard',
  schema: Type.Enum(['en16931', 'xrechnung']),
  preset: 'en16931',
  scopes: ['installation', 'brand', 'client'],
})

/** What e-invoices say of the seller and its printed documents do not; frozen into each document. */
export const eInvoiceSeller = defineSetting({
  key: 'billing.e_invoice_seller',
  schema: Type.Object({
    contact: Type.Optional(Type.String({ maxLength: 100 })),
    phone: Type.Optional(Type.String({ maxLength: 40 })),
    email: Type.Optional(Type.String({ maxLength: 100, pattern: '^(\\S+@\\S+)?$' })),
    iban: Type.Optional(Type.String({ maxLength: 42, pattern: '^([A-Z]{2}\\d{2}[A-Za-z0-9 ]+)?$' })),
    /** Scheme and address: "9930:DE123456788". */
    address: Type.Optional(Type.String({ maxLength: 120, pattern: '^([0-9A-Z]{2,4}:\\S+)?$' })),
  }),
  preset: {},
  scopes: ['installation', 'brand'],
  problem: ({ iban }) => (iban && !isIban(iban) ? 'holds an IBAN whose check digits do not fit' : null),
})

/** Instance of a plugin that determines taxes instead of the rules of the seller; empty: the rules do. */
export const taxPlugin = defineSetting({
  key: 'billing.tax_plugin',
  schema: Type.String({ maxLength: 64, pattern: '^(|plg_[0-9a-z]{26})$' }),
  preset: '',
  scopes: ['installation', 'brand'],
})

/** What a client may choose by itself: so many equal parts of an invoice of at least so much. */
export const instalmentOffer = defineSetting({
  key: 'billing.instalment_offer',
  schema: Type.Object({
    /** In a currency without one clients are offered none. */
    minimum: Sums,
    parts: Type.Integer({ minimum: 2, maximum: 36 }),
    every: Type.Enum(['1w', '2w', '1m', '3m']),
    /** Of what is open, in percent; a document of its own, to be paid with the first part. */
    fee_percent: Type.String({ pattern: '^(\\d{1,2}([.,]\\d{1,4})?)?$' }),
    tax_class: Type.String({ pattern: '^[a-z][a-z0-9_]*$', maxLength: 40 }),
  }),
  preset: { minimum: {}, parts: 3, every: '1m', fee_percent: '', tax_class: 'standard' },
  scopes: ['installation', 'brand', 'client_group', 'client'],
  problem: ({ minimum }) => problemsIn({ minimum }),
})

/** Days after which a part that is not paid breaks its plan; 0: only staff do. */
export const instalmentGrace = defineSetting({
  key: 'billing.instalment_grace_days',
  schema: days(120),
  preset: 14,
  scopes: ['installation', 'brand', 'client'],
})

/** When the money for an order is taken: at once, or reserved first where its gateway can do that. */
export const captureMode = defineSetting({
  key: 'billing.capture',
  schema: Type.Enum(['at_once', 'on_acceptance', 'on_delivery', 'by_hand']),
  preset: 'at_once',
  scopes: ['installation', 'brand', 'group', 'product'],
})

/** How long reserved money is counted on, where the gateway does not say until when it holds it. */
export const authorisationDays = defineSetting({
  key: 'billing.authorisation_days',
  schema: Type.Integer({ minimum: 1, maximum: 30 }),
  preset: 6,
  scopes: ['installation', 'brand'],
})

/** Staff hear of reserved money that nobody has taken so many days before it ends. */
export const captureNoticeDays = defineSetting({
  key: 'billing.capture_notice_days',
  schema: days(14),
  preset: 2,
  scopes: ['installation', 'brand'],
})
