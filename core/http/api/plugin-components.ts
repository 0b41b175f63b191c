import { Type, type TSchema } from '../../../sdk/index.ts'
import { instant, money, nullable, nullableInstant, text, whole, yes } from './describe.ts'

/** Shapes of how the installation is set up and fares. */

const kinds = () => Type.Array(Type.String(), { description: 'gateway, provisioner …' })

const Plugin = Type.Object({
  id: text('Name of the plugin.'),
  name: text('As people read it.'),
  version: text('That runs.'),
  status: text('enabled or disabled.'),
  kinds: kinds(),
  asks_more: yes('Whether some of what it asks for waits for staff.'),
})

const PluginInstance = Type.Object({
  id: text('plg_…'),
  plugin_id: text('Name of the plugin.'),
  brand_id: nullable('brd_… that it is for alone; null: all.'),
  name: text('As staff call it.'),
  status: text('active or disabled.'),
  kinds: kinds(),
  settings: Type.Record(Type.String(), Type.Unknown(), { description: 'By the plugin’s schema.' }),
  secrets: Type.Array(
    Type.Object({ name: text('Of the setting.'), set_at: nullableInstant('Since when; null: not set.') }),
    { description: 'Settings whose values nobody reads.' },
  ),
  version: whole('Grows with each change.'),
})

const PluginLogLine = Type.Object({
  id: text('Hand it back as `after`.'),
  level: text('debug, info, warn or error.'),
  operation: nullable('The call that it belongs to.'),
  message: text('Secrets were masked before it was kept.'),
  request_id: nullable('Names the request in our logs.'),
  occurred_at: instant('When.'),
})

const Setting = Type.Object({
  key: text('billing.lead_days …'),
  value: Type.Unknown({ description: 'What holds there.' }),
  preset: Type.Unknown({ description: 'What holds where nobody said anything.' }),
  scopes: Type.Array(Type.String(), { description: 'Where it may be set: installation, brand …' }),
  updated_by: nullable('Who set it there; null: it is not set there.'),
  updated_at: nullableInstant('When it was set there.'),
})

const Board = Type.Object({
  clients: whole('Active ones.'),
  services: whole('That run or end.'),
  orders_this_month: whole('Placed since the first.'),
  open: Type.Array(
    Type.Object({
      unpaid: whole('Documents on which something is owed.'),
      unpaid_amount: money(),
      overdue: whole('Of them those whose day has passed.'),
      overdue_amount: money(),
    }),
    { description: 'By currency; sums of several are never added.' },
  ),
  waiting: Type.Array(
    Type.Object({
      kind: text('orders, deliveries, disputes …'),
      entries: whole('How many.'),
      oldest: nullableInstant('Since when the oldest waits.'),
    }),
    { description: 'What stands still until a person looks at it.' },
  ),
})

export const pluginComponents = { Board, Plugin, PluginInstance, PluginLogLine, Setting } satisfies Record<
  string,
  TSchema
>
