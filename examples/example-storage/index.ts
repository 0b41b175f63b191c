import { definePlugin, type DoneOrFailed } from '../../sdk/index.ts'

export default definePlugin({
  file_storage: ({ secret }) => {
    const ask = async (method: string, key: string, body?: string): Promise<Response> => {
      const headers = { authorization: `Bearer ${secret.header('api_key')}` }
      const response = await fetch(`https://files.example.com/${key}`, {
        ...{ method, headers },
        ...(body === undefined ? {} : { body }),
      })
      if (!response.ok && response.status !== 404) throw new Error(`The store answered ${response.status}.`)
      return response
    }
    const done: DoneOrFailed = { outcome: 'done' }
    return {
      put: async ({ key, base64, sha256 }) => {
        const kept = (await (await ask('PUT', key, JSON.stringify({ base64, sha256 }))).json()) as {
          sha256?: string
        }
        if (kept.sha256 !== sha256) throw new Error('The store has kept something else.')
        return done
      },
      async get({ key }) {
        const response = await ask('GET', key)
        if (response.status === 404) return { outcome: 'absent' }
        return { outcome: 'found', base64: ((await response.json()) as { base64: string }).base64 }
      },
      async remove({ key }) {
        const response = await ask('DELETE', key)
        if (response.status !== 404) await response.json()
        return done
      },
    }
  },
})
