// Modules whose parameters are not drawn.
import { argumentError } from '../errors.ts'
import { withoutInit } from './init.ts'
import { type AnyModule, Module } from './module.ts'
import { typeName } from './module-errors.ts'

/** `new Class(...args)` whose `nn.init` functions do nothing: parameters have undefined contents, and no random numbers are drawn. */
export function skipInit<A extends readonly unknown[], M extends AnyModule>(
  Class: new (...args: A) => M,
  ...args: A
): M {
  const isClass = typeof Class === 'function' && Class.prototype instanceof Module
  if (!isClass) throw argumentError(`Expected a Module; got ${typeName(Class)}`)
  return withoutInit(() => new Class(...args))
}
