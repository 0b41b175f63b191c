import { companyAt, serverToken, type Conformance } from '@berth/sdk/test-kit'
import { openCompany } from './company.ts'

const PANEL = 'panel.acme.example'
const client = { id: 'cli_1', name: 'Ada Quay', email: 'ada@client.example', locale: 'en' }
const input = {
  server: { id: 'srv_1', settings: { panel_url: `https://${PANEL}`, api_key: serverToken('api_key') } },
  service: { external_id: 'svc_1', label: 'Box', settings: { memory: 2048 }, client },
}

/** What the conformance kit plays with this plugin. The life of a service, each step twice, begins with `create`. */
export default {
  secrets: { 'server.api_key': 'test-key' },
  hosts: [PANEL],
  async company() {
    const { url, boxes, close } = await openCompany()
    return companyAt(url, { made: () => boxes.length, close })
  },
  inputs: { create: [input], test_connection: [{ server: input.server }] },
  /** There is no such box: the plugin says so, with the reason, and never throws it. */
  declines: { suspend: [{ input, says: { code: 'conflict', kind: 'permanent' } }] },
} satisfies Conformance
