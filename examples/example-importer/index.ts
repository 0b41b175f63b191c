import { definePlugin } from '../../sdk/index.ts'

interface OldClient {
  id: number
  name: string
  email: string | null
}

export default definePlugin({
  importer: () => {
    const read = async (path: string): Promise<unknown> => {
      const response = await fetch(`https://old.example.com${path}`)
      if (!response.ok) throw new Error(`The old system answered ${response.status}.`)
      return response.json()
    }
    return {
      async survey() {
        const { clients } = (await read('/count')) as { clients: number }
        return {
          system: 'Old',
          nouns: [{ noun: 'clients', count: clients }],
          warnings: ['Only clients come along.'],
        }
      },
      async read({ noun, cursor = '0', limit }) {
        if (noun !== 'clients') return { records: [], left_out: [] }
        const query = new URLSearchParams({ after: cursor, limit: String(limit) })
        const page = (await read(`/clients?${query.toString()}`)) as OldClient[]
        const last = page.at(-1)
        return {
          records: page
            .filter(({ email }) => email !== null)
            .map(({ id, name, email }) => ({ source_id: String(id), value: { name, email } })),
          left_out: page
            .filter(({ email }) => email === null)
            .map(({ id }) => ({ source_id: String(id), reason: 'It has no address.' })),
          ...(last && page.length === limit ? { cursor: String(last.id) } : {}),
        }
      },
    }
  },
})
