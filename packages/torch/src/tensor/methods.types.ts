// Types only: every function of a family has a type as a method. One whose rest parameter is a readonly list has none.
import type { TensorMethods } from './methods.ts'

type Broken = {
  [K in keyof TensorMethods]: [TensorMethods[K]] extends [never] ? K : never
}[keyof TensorMethods]

/** Fails to compile with the names of those that are broken. */
export const noneIsBroken: [Broken] extends [never] ? true : Broken = true
