import { Type } from '../../../sdk/index.ts'

/** Parts of shapes, each with what it means. */
export const text = (description: string) => Type.String({ description })
export const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
export const day = (description: string) => Type.String({ format: 'date', description })
export const nullableDay = (description: string) =>
  Type.Union([Type.String({ format: 'date' }), Type.Null()], { description })
export const instant = (description: string) => Type.String({ format: 'date-time', description })
export const nullableInstant = (description: string) =>
  Type.Union([Type.String({ format: 'date-time' }), Type.Null()], { description })
export const whole = (description: string) => Type.Integer({ description })
export const nullableWhole = (description: string) =>
  Type.Union([Type.Integer(), Type.Null()], { description })
export const yes = (description: string) => Type.Boolean({ description })
export const refTo = (name: string) => Type.Ref(`#/components/schemas/${name}`)
export const money = () => refTo('Money')
export const nullableMoney = (description: string) => Type.Union([money(), Type.Null()], { description })
