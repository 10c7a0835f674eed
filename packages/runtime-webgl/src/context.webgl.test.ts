// Shows that the browser lane has what every other WebGL test needs.
import { expect, test } from 'vitest'

test('a worker-style canvas gives a WebGL2 context that renders to float textures', () => {
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2')

  expect(gl).not.toBeNull()
  expect(gl?.getExtension('EXT_color_buffer_float')).not.toBeNull()
})
