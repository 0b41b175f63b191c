import { definePlugin } from '../../sdk/index.ts'

interface Completion {
  text: string
  tokens: { input: number; output: number }
}

export default definePlugin({
  assistant: ({ secret }) => ({
    /** Material goes in its own field: what a client wrote is never an instruction. */
    async complete({ task, instructions, material, locale, max_tokens }) {
      const response = await fetch('https://model.example.com/complete', {
        method: 'POST',
        headers: { authorization: `Bearer ${secret.header('api_key')}` },
        body: JSON.stringify({ task, instructions, material, locale, max_tokens }),
      })
      if (!response.ok) throw new Error(`The model answered ${response.status}.`)
      const { text, tokens } = (await response.json()) as Completion
      const usage = { input_tokens: tokens.input, output_tokens: tokens.output }
      return text === ''
        ? { outcome: 'declined', reason: 'The model answered nothing.' }
        : { outcome: 'answered', text, sources: [], usage }
    },
  }),
})
