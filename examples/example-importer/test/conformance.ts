import type { Conformance } from '../../../sdk/test-kit/index.ts'
const CLIENTS = [
  { id: 1, name: 'Ann', email: 'ann@client.example' },
  { id: 2, name: 'Bob', email: null },
]
const old = () => ({
  answer({ path }: { path: string }) {
    if (path === '/count') return { json: { clients: CLIENTS.length } }
    const query = new URL(path, 'https://old.example.com').searchParams
    const after = CLIENTS.filter(({ id }) => id > Number(query.get('after')))
    return { json: after.slice(0, Number(query.get('limit'))) }
  },
})

export default {
  hosts: ['old.example.com'],
  company: old,
  inputs: {
    survey: [{}],
    read: [
      { noun: 'clients', limit: 1 },
      { noun: 'clients', limit: 2, cursor: '1' },
    ],
  },
  answers: {
    survey: [
      { system: 'Old', nouns: [{ noun: 'clients', count: 2 }], warnings: ['Only clients come along.'] },
    ],
    read: [
      {
        records: [{ source_id: '1', value: { name: 'Ann', email: 'ann@client.example' } }],
        left_out: [],
        cursor: '1',
      },
      { records: [], left_out: [{ source_id: '2', reason: 'It has no address.' }] },
    ],
  },
} satisfies Conformance
