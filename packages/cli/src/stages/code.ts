// The programs a runtime would run: WebAssembly text, JavaScript or GLSL, one for each kernel.
import type { KernelSource } from '@heddle/core'
import type { Stage } from './stage.ts'

export const codeStage: Stage = {
  summary: 'the generated program of every kernel',
  run: ({ compile, sources }) => {
    const all = sources(compile().plan)
    return {
      text: all.map(withTitle).join('\n'),
      json: { sources: all.map(({ kernel, language, text }) => ({ kernel, language, text })) },
    }
  },
}

const remarks: Readonly<Record<KernelSource['language'], string>> = {
  js: '//',
  wat: ';;',
  glsl: '//',
  text: '#',
}

const withTitle = ({ kernel, language, text }: KernelSource): string =>
  `${remarks[language]} ---- ${kernel} (${language})\n${text.trimEnd()}\n`
