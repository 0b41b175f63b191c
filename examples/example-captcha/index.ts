import { definePlugin } from '../../sdk/index.ts'

export default definePlugin({
  captcha: ({ storage }) => ({
    async challenge() {
      const [a = 0, b = 0] = [...crypto.getRandomValues(new Uint8Array(2))].map((byte) => byte % 10)
      const state = crypto.randomUUID()
      await storage.set(`sum/${state}`, a + b)
      return { show: 'question', text: `${a} + ${b} = ?`, field: 'sum', state }
    },
    /** A question counts once: whoever writes its row first has used it. */
    async verify({ answer, state = '' }) {
      const asked = await storage.get(`sum/${state}`)
      if (asked === null || asked.value === 'used') return { outcome: 'refused', reason: 'No such question.' }
      await storage.set(`sum/${state}`, 'used', asked.version)
      return Number(answer) === asked.value
        ? { outcome: 'passed' }
        : { outcome: 'refused', reason: 'The sum is wrong.' }
    },
  }),
})
