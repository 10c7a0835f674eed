"""Networks for images: the sixty-minute tutorial, transfer learning, generators and critics, autoencoders, the game of life."""

import copy

import torch
import torch.nn.functional as F
from recording import program
from torch import nn, optim


@program
def blitz(show, fails):
    """The net of the sixty-minute tutorial."""

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(1, 6, 5)
            self.conv2 = nn.Conv2d(6, 16, 5)
            self.fc1 = nn.Linear(16 * 5 * 5, 120)
            self.fc2 = nn.Linear(120, 84)
            self.fc3 = nn.Linear(84, 10)

        def forward(self, x):
            x = F.max_pool2d(F.relu(self.conv1(x)), (2, 2))
            x = F.max_pool2d(F.relu(self.conv2(x)), 2)
            x = torch.flatten(x, 1)
            x = F.relu(self.fc1(x))
            x = F.relu(self.fc2(x))
            return self.fc3(x)

    torch.manual_seed(0)
    net = Net()
    show(net)
    params = list(net.parameters())
    show(len(params))
    show(params[0].size())
    show(" ".join(name for name, _ in net.named_parameters()))
    input = torch.randn(1, 1, 32, 32)
    out = net(input)
    show(out)
    net.zero_grad()
    out.backward(torch.randn(1, 10))

    output = net(input)
    target = torch.randn(10).view(1, -1)
    criterion = nn.MSELoss()
    loss = criterion(output, target)
    show(loss)
    show(loss.grad_fn.name())
    show(loss.grad_fn.next_functions[0][0].name())
    net.zero_grad(set_to_none=True)
    show("conv1.bias.grad before backward")
    show(net.conv1.bias.grad)
    loss.backward()
    show("conv1.bias.grad after backward")
    show(net.conv1.bias.grad)
    for f in net.parameters():
        f.data.sub_(f.grad.data * 0.01)

    classes = ("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
    images = torch.randn(40, 1, 32, 32)
    labels = torch.randint(0, 10, (40,))
    optimizer = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    criterion = nn.CrossEntropyLoss()
    for epoch in range(2):
        running_loss = 0.0
        for i in range(0, 40, 8):
            optimizer.zero_grad()
            loss = criterion(net(images[i : i + 8]), labels[i : i + 8])
            loss.backward()
            optimizer.step()
            running_loss += loss.item()
        show(f"[{epoch + 1}] loss: {running_loss / 5:.3f}")
    with torch.no_grad():
        _, predicted = torch.max(net(images), 1)
    show("Predicted:", " ".join(f"{classes[p]:5s}" for p in predicted[:4]))
    show(f"Accuracy: {100 * (predicted == labels).sum().item() // labels.size(0)} %")
    confusion = torch.zeros(10, 10, dtype=torch.int64)
    confusion.index_put_((labels, predicted), torch.tensor(1), accumulate=True)
    show(confusion)
    fails(lambda: net(torch.randn(1, 3, 32, 32)))
    fails(lambda: net(torch.randn(1, 1, 28, 28)))
    fails(lambda: criterion(net(images[:2]), labels[:3]))


@program
def transfer(show, fails):
    """A trained body that is frozen, a new head, rates by group, and the best epoch kept."""
    torch.manual_seed(1)
    body = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1),
        nn.AdaptiveAvgPool2d((1, 1)),
        nn.Flatten(),
    )

    class Classifier(nn.Module):
        def __init__(self, features, classes):
            super().__init__()
            self.features = features
            self.fc = nn.Linear(16, classes)

        def forward(self, x):
            return self.fc(self.features(x))

    model = Classifier(body, 10)
    for param in model.parameters():
        param.requires_grad = False
    model.fc = nn.Linear(model.fc.in_features, 2)
    show(model)
    show(sum(p.numel() for p in model.parameters()), sum(p.numel() for p in model.parameters() if p.requires_grad))
    labels = torch.arange(24) % 2
    images = torch.randn(24, 3, 8, 8) + labels.float().view(-1, 1, 1, 1)
    splits = {"train": (images[:16], labels[:16]), "val": (images[16:], labels[16:])}

    criterion = nn.CrossEntropyLoss()
    optimizer = optim.SGD(model.fc.parameters(), lr=0.1, momentum=0.9)
    scheduler = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    best = copy.deepcopy(model.state_dict())
    best_acc = 0.0
    for epoch in range(4):
        for phase in ("train", "val"):
            model.train(phase == "train")
            x, y = splits[phase]
            optimizer.zero_grad()
            with torch.set_grad_enabled(phase == "train"):
                outputs = model(x)
                _, preds = torch.max(outputs, 1)
                loss = criterion(outputs, y)
                if phase == "train":
                    loss.backward()
                    optimizer.step()
            acc = (preds == y).double().mean()
            show(f"{epoch} {phase} Loss: {loss.item():.4f} Acc: {acc.item():.4f}")
            if phase == "train":
                scheduler.step()
            elif acc > best_acc:
                best_acc = acc
                best = copy.deepcopy(model.state_dict())
    show(best_acc)
    show(model.load_state_dict(best))
    show(scheduler.get_last_lr()[0])
    show(model.features[1].running_mean)

    # All of it, slowly.
    for param in model.parameters():
        param.requires_grad_()
    optimizer = optim.AdamW(
        [
            {"params": model.features.parameters(), "lr": 1e-4},
            {"params": [model.fc.weight], "weight_decay": 0.1},
            {"params": [model.fc.bias]},
        ],
        lr=1e-2,
        weight_decay=0,
    )
    show(optimizer)
    model.train()
    for _ in range(3):
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        show(f"{loss.item():.4f} {norm.item():.4f}")
    show(*(group["lr"] for group in optimizer.param_groups))
    fails(lambda: optimizer.add_param_group({"params": [model.fc.bias]}))
    fails(lambda: optim.SGD([model(images)], lr=0.1))


@program
def generators(show, fails):
    """A GAN with two optimisers, and a Wasserstein critic with a penalty on its gradients."""
    torch.manual_seed(2)

    def weights_init(m):
        classname = m.__class__.__name__
        if classname.find("Conv") != -1:
            nn.init.normal_(m.weight.data, 0.0, 0.02)
        elif classname.find("BatchNorm") != -1:
            nn.init.normal_(m.weight.data, 1.0, 0.02)
            nn.init.constant_(m.bias.data, 0)

    netG = nn.Sequential(
        nn.ConvTranspose2d(10, 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(True),
        nn.ConvTranspose2d(8, 1, 4, 2, 1, bias=False),
        nn.Tanh(),
    ).apply(weights_init)
    netD = nn.Sequential(
        nn.Conv2d(1, 8, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2, inplace=True),
        nn.Conv2d(8, 1, 4, 1, 0, bias=False),
        nn.Sigmoid(),
    ).apply(weights_init)
    show(netG)
    show(netD)
    criterion = nn.BCELoss()
    optimizerD = optim.Adam(netD.parameters(), lr=0.002, betas=(0.5, 0.999))
    optimizerG = optim.Adam(netG.parameters(), lr=0.002, betas=(0.5, 0.999))
    data = torch.rand(16, 1, 8, 8) * 2 - 1
    for i in range(6):
        netD.zero_grad()
        label = torch.full((16,), 1.0)
        output = netD(data).view(-1)
        errD_real = criterion(output, label)
        errD_real.backward()
        D_x = output.mean().item()
        noise = torch.randn(16, 10, 1, 1)
        fake = netG(noise)
        label.fill_(0.0)
        output = netD(fake.detach()).view(-1)
        errD_fake = criterion(output, label)
        errD_fake.backward()
        D_G_z1 = output.mean().item()
        errD = errD_real + errD_fake
        optimizerD.step()

        netG.zero_grad()
        label.fill_(1.0)
        output = netD(fake).view(-1)
        errG = criterion(output, label)
        errG.backward()
        D_G_z2 = output.mean().item()
        optimizerG.step()
        show(f"[{i}] Loss_D: {errD.item():.4f} Loss_G: {errG.item():.4f} D(x): {D_x:.4f} D(G(z)): {D_G_z1:.4f} / {D_G_z2:.4f}")

    critic = nn.Sequential(nn.Linear(2, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))
    generator = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 2))
    optC = optim.RMSprop(critic.parameters(), lr=5e-3)
    optG = optim.RMSprop(generator.parameters(), lr=5e-3)

    def gradient_penalty(real, fake):
        alpha = torch.rand(real.size(0), 1)
        between = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
        scores = critic(between)
        gradients = torch.autograd.grad(
            outputs=scores,
            inputs=between,
            grad_outputs=torch.ones_like(scores),
            create_graph=True,
            retain_graph=True,
            only_inputs=True,
        )[0]
        return ((gradients.norm(2, dim=1) - 1) ** 2).mean()

    for step in range(12):
        real = torch.randn(32, 2) * 0.5 + torch.tensor([2.0, -1.0])
        fake = generator(torch.randn(32, 3)).detach()
        penalty = gradient_penalty(real, fake)
        lossC = critic(fake).mean() - critic(real).mean() + 10 * penalty
        optC.zero_grad()
        lossC.backward()
        optC.step()
        if step % 3 == 2:
            lossG = -critic(generator(torch.randn(32, 3))).mean()
            optG.zero_grad()
            lossG.backward()
            optG.step()
            show(f"{step}: {lossC.item():.4f} {lossG.item():.4f} {penalty.item():.4f}")


@program
def autoencoder(show, fails):
    torch.manual_seed(3)
    encoder = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.GELU(), nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.Flatten(), nn.Linear(8 * 4, 5))
    decoder = nn.Sequential(
        nn.Linear(5, 8 * 4),
        nn.Unflatten(1, (8, 2, 2)),
        nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1),
        nn.GELU(),
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
        nn.Conv2d(4, 1, 3, padding="same"),
        nn.Sigmoid(),
    )
    model = nn.Sequential()
    model.add_module("encoder", encoder)
    model.add_module("decoder", decoder)
    show(model)
    x = (torch.rand(12, 1, 8, 8) > 0.7).float()
    optimizer = optim.NAdam(model.parameters(), lr=0.01)
    scheduler = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=20)
    for epoch in range(20):
        noisy = x + 0.1 * torch.randn_like(x)
        recon = model(noisy)
        loss = F.binary_cross_entropy(recon, x, reduction="sum") / x.size(0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        if epoch % 5 == 4:
            show(f"{epoch} {loss.item():.3f} {scheduler.get_last_lr()[0]:.6f}")
    model.eval()
    with torch.inference_mode():
        code = model.encoder(x[:2])
        show(code.shape, model.decoder(code).round().int()[0, 0].sum().dtype)
    for name, p in model.named_parameters():
        if name.endswith("bias"):
            show(name, tuple(p.shape), f"{p.grad.norm().item():.3f}")


@program
def life(show, fails):
    """Conway's game by a convolution."""
    board = torch.zeros(1, 1, 8, 8)
    board[0, 0, 0, 1] = board[0, 0, 1, 2] = 1
    board[0, 0, 2, :3] = 1
    kernel = torch.ones(1, 1, 3, 3)
    kernel[0, 0, 1, 1] = 0
    for _ in range(12):
        neighbours = F.conv2d(F.pad(board, (1, 1, 1, 1), mode="circular"), kernel)
        board = ((neighbours == 3) | ((board == 1) & (neighbours == 2))).float()
    show(board.int().squeeze())
    for row in board[0, 0]:
        show("".join("#" if cell else "." for cell in row))
    show(str(board.nonzero()[..., 2:].tolist()).replace(" ", ""))
