// A variational autoencoder of handwritten digits, as in PyTorch's examples: 784 pixels, 400 hidden, 20 latent:
// `node --conditions=source examples/pytorch-vision/src/vae.ts`.
import * as torch from '@heddle/torch'
import { nn, optim } from '@heddle/torch'
import { type Batch, type Counts, digitsOf, type Images } from './digits.ts'

type Tensor = torch.Tensor
type Loader = torch.utils.data.DataLoader<Batch>

const { functional: F } = nn
const { progress } = torch.utils
const { DataLoader } = torch.utils.data

export const settings = {
  seed: 1,
  epochs: 10,
  batchSize: 128,
  learningRate: 1e-3,
  counts: { training: 700, evaluation: 100 } satisfies Counts,
}

/** What the model gives: the image again, and the mean and logarithm of the variance of its code. */
type Reconstruction = readonly [image: Tensor, mean: Tensor, logVariance: Tensor]

class VAE extends nn.Module<[Tensor], Reconstruction> {
  fc1 = new nn.Linear(784, 400)
  fc21 = new nn.Linear(400, 20)
  fc22 = new nn.Linear(400, 20)
  fc3 = new nn.Linear(20, 400)
  fc4 = new nn.Linear(400, 784)

  encode(images: Tensor): readonly [mean: Tensor, logVariance: Tensor] {
    const hidden = F.relu(this.fc1(images))
    return [this.fc21(hidden), this.fc22(hidden)]
  }

  /** A code drawn around its mean, through which gradients pass. */
  sample(mean: Tensor, logVariance: Tensor): Tensor {
    const deviation = logVariance.mul(0.5).exp()
    return torch.randnLike(deviation).mul(deviation).add(mean)
  }

  decode(code: Tensor): Tensor {
    return torch.sigmoid(this.fc4(F.relu(this.fc3(code))))
  }

  override forward(images: Tensor): Reconstruction {
    const [mean, logVariance] = this.encode(images.view(-1, 784))
    return [this.decode(this.sample(mean, logVariance)), mean, logVariance]
  }
}

/** What is lost of the images, and how far codes are from a standard normal distribution (Kingma and Welling, appendix B), summed. */
function lossOf([image, mean, logVariance]: Reconstruction, images: Tensor): Tensor {
  const lost = F.binaryCrossEntropy(image, images.view(-1, 784), { reduction: 'sum' })
  const divergence = logVariance.add(1).sub(mean.pow(2)).sub(logVariance.exp()).sum().mul(-0.5)
  return lost.add(divergence)
}

/** The program before its first step; all that is drawn comes from the seed, whatever the device. */
export function prepare(images: Images, device = 'cpu') {
  torch.manualSeed(settings.seed)
  const { training, evaluation } = digitsOf(images, settings.counts)
  const { batchSize, learningRate } = settings
  const trainingLoader: Loader = new DataLoader(training, { batchSize, shuffle: true })
  const evaluationLoader: Loader = new DataLoader(evaluation, { batchSize })
  const model = new VAE().to(device)
  const optimizer = new optim.Adam(model.parameters(), { lr: learningRate })
  return { trainingLoader, evaluationLoader, model, optimizer }
}

/** Summed over so many images. */
interface Loss {
  readonly sum: number
  readonly images: number
}

/** One pass over the training images: gives the loss of each step. */
export function* train(model: VAE, loader: Loader, optimizer: optim.Optimizer): Generator<Loss> {
  model.train()
  const { device } = model.fc1.weight
  for (const [batch] of loader) {
    const images = batch.to(device)
    optimizer.zeroGrad()
    const loss = lossOf(model(images), images)
    loss.backward()
    optimizer.step()
    yield { sum: loss.item(), images: images.size(0) }
  }
}

/** The loss of each batch of a loader, without training. */
export function* evaluate(model: VAE, loader: Loader): Generator<Loss> {
  model.eval()
  const { device } = model.fc1.weight
  for (const [batch] of loader) {
    const images = batch.to(device)
    const loss = torch.noGrad(() => lossOf(model(images), images))
    yield { sum: loss.item(), images: images.size(0) }
  }
}

/** The mean over all images of as many batches as `total`. */
function meanOf(losses: Iterable<Loss>, total: number, desc: string): number {
  const bar = progress(losses, { total, desc, leave: false })
  let [sum, images] = [0, 0]
  for (const loss of bar) {
    bar.setPostfix({ loss: loss.sum / loss.images })
    sum += loss.sum
    images += loss.images
  }
  return sum / images
}

function main(images: Images): void {
  const { trainingLoader, evaluationLoader, model, optimizer } = prepare(images)
  for (let epoch = 1; epoch <= settings.epochs; epoch++) {
    const training = train(model, trainingLoader, optimizer)
    const mean = meanOf(training, trainingLoader.length, `Train epoch ${epoch}`)
    console.log(`====> Epoch ${epoch}: mean loss ${mean.toFixed(4)}`)
    const test = meanOf(evaluate(model, evaluationLoader), evaluationLoader.length, 'Test')
    console.log(`====> Test set: mean loss ${test.toFixed(4)}`)
  }
}

if (import.meta.main) main((await import('./load-digits.ts')).loadDigits())
