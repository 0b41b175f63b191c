import type { Conformance } from '../../../sdk/test-kit/index.ts'
const store = () => {
  const files = new Map<string, unknown>()
  return {
    made: () => files.size,
    answer({ method, path, body }: { method: string; path: string; body: string }) {
      if (method === 'PUT') files.set(path, JSON.parse(body))
      const file = files.get(path)
      if (method === 'DELETE') files.delete(path)
      return file === undefined ? { status: 404 } : { json: file }
    },
  }
}

export default {
  secrets: { api_key: 'key' },
  hosts: ['files.example.com'],
  company: store,
  inputs: {
    put: [{ key: 'a/b.pdf', type: 'application/pdf', base64: 'QQ==', sha256: 'ab'.repeat(32) }],
    get: [{ key: 'nothing' }],
  },
  answers: { put: [{ outcome: 'done' }], get: [{ outcome: 'absent' }] },
} satisfies Conformance
