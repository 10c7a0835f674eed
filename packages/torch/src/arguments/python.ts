// What Python says of a call of a function that is written in Python.
import type { Call } from './check.ts'
import * as errors from './errors.ts'
import type { Form } from './signatures.ts'

type PythonForm = Extract<Form, { language: 'Python' }>

/** Throws Python's TypeErrors. Methods count `self`. */
export function checkPython({ name, parameters, takesAny }: PythonForm, call: Call, isMethod: boolean): void {
  if (takesAny) return
  const own = isMethod ? 1 : 0
  const positional = parameters.filter(({ isKeyword }) => !isKeyword)
  const given = call.args.length + own
  for (const [key] of call.keywords) {
    const place = parameters.findIndex((parameter) => parameter.key === key)
    if (place < 0) throw errors.unexpected(name, key)
    if (place < given) throw errors.multiple(name, parameters[place]?.name ?? key)
  }
  if (given > positional.length) {
    const least = positional.filter(({ isOptional }) => !isOptional).length
    const keywords = parameters.filter(({ isKeyword, key }) => isKeyword && call.keywords.has(key)).length
    throw errors.tooManyOfPython(name, least, positional.length, given, keywords)
  }
  const missing = parameters.filter(
    ({ isOptional, key }, place) => !isOptional && place >= given && !call.keywords.has(key),
  )
  if (missing.length > 0) throw errors.missingOfPython(name, missing)
}
