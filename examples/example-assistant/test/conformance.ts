import type { Conformance } from '../../../sdk/test-kit/index.ts'
const question = (instructions: string) => ({
  ...{ task: 'reply', instructions, material: [{ role: 'client', text: 'It is slow.' }] },
  ...{ locale: 'en', max_tokens: 100 },
})

export default {
  secrets: { api_key: 'key' },
  hosts: ['model.example.com'],
  company: () => ({
    answer: ({ body }: { body: string }) => ({
      json: { text: body.includes('Say nothing.') ? '' : 'Dear Ann', tokens: { input: 9, output: 2 } },
    }),
  }),
  inputs: {
    complete: [question('Answer kindly.')],
  },
  declines: { complete: [{ input: question('Say nothing.'), says: { outcome: 'declined' } }] },
  answers: {
    complete: [
      {
        outcome: 'answered',
        text: 'Dear Ann',
        sources: [],
        usage: { input_tokens: 9, output_tokens: 2 },
      },
    ],
  },
} satisfies Conformance
