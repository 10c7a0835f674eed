// Map and scatter stages as JavaScript. All values of a position are computed before the first is stored: an output may
// lie in the memory of an input.
import type { MapStage, ScatterStage } from '@heddle/core'
import { scatterOps, valuesOf } from '@heddle/core'
import type { CodeContext } from './code.ts'
import { emitCode } from './code.ts'
import { placeGuards, placeIndex } from './index-text.ts'
import type { Nest } from './nest.ts'
import { scalarOps } from './scalar-ops.ts'
import { atom, stored } from './text.ts'

export function emitMap(nest: Nest, stage: MapStage, context: CodeContext): void {
  const { depth, kernel } = nest
  if (stage.axes.some((axis) => kernel.axes[axis]!.extent === 0)) return
  nest.openAxes(stage.axes)
  emitMapBody(nest, stage, context)
  nest.closeTo(depth)
}

/** The code and stores of a map at the current position. */
export function emitMapBody(nest: Nest, { code, stores }: MapStage, context: CodeContext): void {
  const values = stores.map(({ value }) => value)
  const indexValues = stores.flatMap(({ index }) => [...valuesOf(index)])
  const emitted = emitCode(nest, code, { values, indexValues }, context)
  const texts = values.map((value) => {
    const { text } = emitted.value(value)
    return stores.length === 1 || /^\w+$/.test(text) ? text : nest.bind(nest.depth, text)
  })
  const places = stores.map(({ index }) => placeIndex(nest, index, emitted.reader).text)
  for (const [at, { buffer }] of stores.entries()) {
    const { dtype } = nest.kernel.buffers[buffer]!
    nest.line(`${context.buffer(buffer)}[${places[at]}] = ${stored(dtype, texts[at]!)};`)
  }
}

export function emitScatter(nest: Nest, stage: ScatterStage, context: CodeContext): void {
  const { depth, kernel } = nest
  if (stage.axes.some((axis) => kernel.axes[axis]!.extent === 0)) return
  nest.openAxes(stage.axes)
  const indexValues = [stage.index, ...stage.guards.map(({ index }) => index)].flatMap((index) => [
    ...valuesOf(index),
  ])
  const emitted = emitCode(nest, stage.code, { values: [stage.value], indexValues }, context)
  const { dtype } = kernel.buffers[stage.buffer]!
  const condition = placeGuards(nest, stage.guards, emitted.reader)
  const place = placeIndex(nest, stage.index, emitted.reader)
  const element = `${context.buffer(stage.buffer)}[${place.text}]`
  const update = emitted.value(stage.value)
  const { combine } = stage
  const result =
    combine === 'assign' ? update : scalarOps[scatterOps[combine]]([atom(element), update], dtype, dtype)
  const statement = `${element} = ${result.text};`
  nest.line(condition === undefined ? statement : `if (${condition.text}) ${statement}`)
  nest.closeTo(depth)
}
