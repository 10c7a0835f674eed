// The shader that copies a run of elements from one texture to another, wherever it lies in either: one for each texel format, with
// places and sizes as uniforms. Pure text.
import type { GlslKernel } from './emit-kernel.ts'
import { formatWords, LANES, type TexelFormat } from './storage.ts'

/**
 * `run`: first and last element written plus one, what to add to get the element read, and log2 of the width of the texture read;
 * `log2Width`: that of the one written. Lanes outside of the run are 0.
 */
export const copyUniforms = { run: 'run', log2Width: 'log2Width' } as const

const textOf = (format: TexelFormat): string => {
  const { sampler, scalar, vector } = formatWords[format]
  return `#version 300 es
precision highp float;
precision highp int;
uniform highp ${sampler} t0;
uniform ivec4 run;
uniform int log2Width;
layout(location = 0) out ${vector} o0;
${scalar} elementOf(int e) {
  if (e < run.x || e >= run.y) return ${scalar}(0);
  int i = e + run.z;
  int texel = i >> 2;
  return texelFetch(t0, ivec2(texel & ((1 << run.w) - 1), texel >> run.w), 0)[i & 3];
}
void main() {
  int e = (int(gl_FragCoord.x) + (int(gl_FragCoord.y) << log2Width)) * ${LANES};
  o0 = ${vector}(elementOf(e), elementOf(e + 1), elementOf(e + 2), elementOf(e + 3));
}
`
}

const shaderOf = (format: TexelFormat): GlslKernel => ({
  text: textOf(format),
  samplers: [0],
  targets: [1],
  size: 0,
  cost: 0,
})

export const copyShaders: Readonly<Record<TexelFormat, GlslKernel>> = {
  f32: shaderOf('f32'),
  i32: shaderOf('i32'),
  u32: shaderOf('u32'),
}
