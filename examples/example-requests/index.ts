import { definePlugin } from '../../sdk/index.ts'

interface Settings {
  large_minor: number
  fee_minor: number
  currency: string
}

export default definePlugin({
  observe: ({ settings, records, log }) => {
    const { large_minor, fee_minor, currency } = settings as unknown as Settings
    const isLarge = (body: Record<string, unknown>) =>
      body['currency'] === currency && Number(body['total_minor']) >= large_minor
    return {
      /** Heard at least once: the references are made of the order, so a repeat asks for nothing new. */
      'order.placed': async ({ subject, client_id, body }) => {
        if (!isLarge(body) || client_id === null) return
        await records.request('order.write:hold', subject, {
          reference: `hold/${subject}`,
          body: { reason: 'A large order' },
        })
        await records.request('client.write:note', client_id, {
          reference: `note/${subject}`,
          body: { body: `The order ${String(body['number'])} is large: ring before it is accepted.` },
        })
      },
      /** What takes money waits for a person, so this is no promise that it will be charged. */
      'order.accepted': async ({ subject, client_id }) => {
        if (client_id === null) return
        const { outcome } = await records.request('client.write:billable_item', client_id, {
          reference: `setup/${subject}`,
          body: { description: 'Set-up by hand', amount: { minor: String(fee_minor), currency } },
        })
        log.info(`The set-up of ${subject}: ${outcome}`)
      },
      /** Told to the plugin that asked, and to no other one. */
      'plugin_request.refused': ({ body }) => {
        log.info(`Refused: ${String(body['reference'])}, ${String(body['reason'])}`)
        return Promise.resolve()
      },
    }
  },
})
