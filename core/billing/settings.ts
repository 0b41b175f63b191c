import { Type } from '../../sdk/index.ts'
import { defineSetting } from '../records/index.ts'

const days = (maximum: number) => Type.Integer({ minimum: 0, maximum })

export const leadDays = defineSetting({
  key: 'billing.lead_days',
  schema: days(60),
  preset: 7,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
  label: 'Invoice ahead',
  hint: 'Days before a period begins on which its invoice is issued.',
})

export const remindBefore = defineSetting({
  key: 'billing.remind_before',
  schema: Type.Array(days(60), { maxItems: 5 }),
  preset: [3],
  scopes: ['installation', 'brand', 'client'],
  label: 'Reminders before the due day',
  hint: 'Days before the due day, for instance 3.',
})

export const remindAfter = defineSetting({
  key: 'billing.remind_after',
  schema: Type.Array(Type.Integer({ minimum: 1, maximum: 120 }), { maxItems: 3 }),
  preset: [1, 3, 7],
  scopes: ['installation', 'brand', 'client'],
  label: 'Overdue notices',
  hint: 'Days after the due day on which the first, second and third notice go out.',
})

export const suspendAfter = defineSetting({
  key: 'billing.suspend_after',
  schema: days(120),
  preset: 5,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
  label: 'Grace before suspension',
  hint: 'Days after the due day on which an unpaid service is suspended. A product or service may have its own.',
})

export const terminateAfter = defineSetting({
  key: 'billing.terminate_after',
  schema: days(365),
  preset: 30,
  scopes: ['installation', 'brand', 'group', 'product', 'client'],
  label: 'Grace before termination',
  hint: 'Days after the due day on which an unpaid service is removed for good.',
})

export const chargeRetries = defineSetting({
  key: 'billing.charge_retries',
  schema: Type.Array(Type.Integer({ minimum: 1, maximum: 60 }), { maxItems: 8 }),
  preset: [2, 5],
  scopes: ['installation', 'brand', 'client'],
  label: 'Repeat a declined charge',
  hint: 'Days after the due day on which a saved method is tried again.',
})
