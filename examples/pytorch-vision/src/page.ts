// The autoencoder learns on a page, on WebGL2 where there is, and shows what it draws: `npm run digits:page`. `?device=cpu` decides.
import * as torch from '@heddle/torch'
import { fetchDigits } from './fetch-digits.ts'
import { prepare, settings, train } from './vae.ts'

const side = 28
const across = 8

const wanted = new URLSearchParams(location.search).get('device')
const device = wanted ?? torch.accelerator.currentAccelerator()?.type ?? 'cpu'
const status = document.querySelector('#status') as HTMLElement
const canvas = document.querySelector('canvas') as HTMLCanvasElement

/** Lets the page be drawn, and used. */
const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve))

function draw(images: torch.Tensor): void {
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const levels = images.cpu().toArray()
  const picture = context.createImageData(across * side, across * side)
  for (let at = 0; at < levels.length; at++) {
    const [image, row, column] = [Math.floor(at / side ** 2), Math.floor(at / side) % side, at % side]
    const x = (image % across) * side + column
    const y = Math.floor(image / across) * side + row
    const level = Number(levels[at]) * 255
    picture.data.set([level, level, level, 255], (y * across * side + x) * 4)
  }
  context.putImageData(picture, 0, 0)
}

status.textContent = 'Fetching digits …'
const { model, trainingLoader, optimizer } = prepare(await fetchDigits(), device)
const codes = torch.randn(across ** 2, 20, { device })
for (let epoch = 1; epoch <= settings.epochs; epoch++) {
  let step = 0
  for (const { sum, images } of train(model, trainingLoader, optimizer)) {
    const where = `epoch ${epoch} of ${settings.epochs}, step ${++step} of ${trainingLoader.length}`
    status.textContent = `On ${device}: ${where}, loss ${(sum / images).toFixed(2)}`
    await pause()
  }
  draw(torch.noGrad(() => model.decode(codes)))
}
