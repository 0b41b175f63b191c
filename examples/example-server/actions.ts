import type { Action } from '../../sdk/index.ts'

const permission = 'service.run_action'

/** Buttons that only this cloud has. */
export const ACTIONS: Action[] = [
  { name: 'flush_cache', label: 'Flush the cache', for: 'client', permission },
  {
    ...{ name: 'mount_image', label: 'Mount an installation image', for: 'client', permission },
    confirm: 'The server restarts from the image.',
    form: {
      type: 'object',
      required: ['address'],
      properties: {
        address: { type: 'string', title: 'Address of the image', format: 'uri', maxLength: 200 },
        verify: { type: 'boolean', title: 'Check its signature', default: true },
      },
    },
  },
  {
    ...{ name: 'move_host', label: 'Move to another host', for: 'staff', permission },
    form: {
      type: 'object',
      required: ['host'],
      properties: { host: { type: 'string', title: 'Host', enum: ['host-1', 'host-2'] } },
    },
  },
]
