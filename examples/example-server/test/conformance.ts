import type { Conformance } from '../../../sdk/test-kit/index.ts'
import { openFakeCloud } from './cloud.ts'

const client = { id: 'cli_1', name: 'Ann', email: 'ann@client.example', locale: 'en' }
const serviceOf = (external_id: string) => ({
  server: { id: 'srv_1', settings: {} },
  service: { external_id, label: 'Server', settings: { plan: 'small' }, client },
})
/** One that stands, and one that is to be made. */
const stands = serviceOf('svc_1')
const wanted = serviceOf('svc_2')

export default {
  secrets: { api_key: 'key' },
  hosts: ['cloud.example.com'],
  company: () => openFakeCloud(['svc_1']),
  inputs: {
    create: [wanted],
    power: [
      { ...stands, signal: 'restart' },
      { ...stands, signal: 'stop' },
    ],
    change_password: [{ ...stands, password: 'another password' }],
    rename: [{ ...stands, domain: 'www.example.org' }],
    sign_on: [{ ...stands, as: 'client' }],
    draw_panel: [{ ...stands, for: 'client', locale: 'en' }],
    server_health: [{ server: stands.server }],
    list_actions: [stands],
    run_action: [{ ...stands, action: 'flush_cache', values: {} }],
    reinstall: [{ ...stands, keep_data: false, image: 'debian' }],
    rescue: [{ ...stands, on: true }],
    create_snapshot: [{ ...stands, name: 'Before the update' }],
    restore_snapshot: [{ ...stands, snapshot: 's_1' }],
    remove_snapshot: [{ ...stands, snapshot: 's_1' }],
    set_reverse_dns: [{ ...stands, ip: '192.0.2.10', name: 'mail.example.org' }],
  },
  answers: {
    run_action: [{ outcome: 'message', message: 'The cache is empty.' }],
    draw_panel: [{ blocks: [{ block: 'facts', facts: [{ label: '192.0.2.10', value: '–' }] }] }],
  },
  declines: {
    power: [{ input: { ...wanted, signal: 'restart' }, says: { code: 'absent', kind: 'permanent' } }],
    suspend: [{ input: wanted, says: { code: 'absent' } }],
  },
} satisfies Conformance
