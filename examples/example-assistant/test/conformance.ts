import type { Conformance } from '../../../sdk/test-kit/index.ts'
export default {
  secrets: { api_key: 'key' },
  hosts: ['model.example.com'],
  company: () => ({ answer: () => ({ json: { text: 'Dear Ann', tokens: { input: 9, output: 2 } } }) }),
  inputs: {
    complete: [
      {
        task: 'reply',
        instructions: 'Answer kindly.',
        material: [{ role: 'client', text: 'It is slow.' }],
        locale: 'en',
        max_tokens: 100,
      },
    ],
  },
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
