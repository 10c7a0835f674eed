"""Learning of other kinds: by reward, by likeness, in small steps that are added up."""

import copy
import io

import torch
import torch.nn.functional as F
from recording import program
from torch import nn, optim


@program
def rewards(show, fails):
    """REINFORCE with a critic, on a walk along seven places whose last one pays."""
    torch.manual_seed(0)

    class Policy(nn.Module):
        def __init__(self):
            super().__init__()
            self.affine = nn.Linear(7, 16)
            self.action_head = nn.Linear(16, 2)
            self.value_head = nn.Linear(16, 1)

        def forward(self, x):
            x = F.relu(self.affine(x))
            return F.softmax(self.action_head(x), dim=-1), self.value_head(x)

    model = Policy()
    optimizer = optim.Adam(model.parameters(), lr=3e-2)
    for episode in range(8):
        place, saved, reward = 3, [], []
        for t in range(12):
            probs, value = model(F.one_hot(torch.tensor(place), 7).float())
            action = torch.multinomial(probs, 1).item()
            log_prob = probs[action].log()
            saved.append((log_prob, value))
            place += 1 if action == 1 else -1
            reward.append(1.0 if place == 6 else 0.0)
            if place in (0, 6):
                break
        R, returns = 0, []
        for r in reward[::-1]:
            R = r + 0.9 * R
            returns.insert(0, R)
        returns = torch.tensor(returns)
        returns = (returns - returns.mean()) / (returns.std() + 1e-6)
        policy_losses, value_losses = [], []
        for (log_prob, value), R in zip(saved, returns):
            advantage = R - value.item()
            policy_losses.append(-log_prob * advantage)
            value_losses.append(F.smooth_l1_loss(value, torch.tensor([R])))
        optimizer.zero_grad()
        loss = torch.stack(policy_losses).sum() + torch.stack(value_losses).sum()
        loss.backward()
        optimizer.step()
        show(f"{episode}: {len(reward)} steps, reward {sum(reward):.0f}, loss {loss.item():.4f}")
    with torch.no_grad():
        probs, values = model(torch.eye(7))
        show(probs)
        show(values.squeeze(-1))


@program
def likeness(show, fails):
    """Siamese networks: pairs, triplets, and angles."""
    torch.manual_seed(1)
    embed = nn.Sequential(nn.Linear(4, 16), nn.PReLU(), nn.Linear(16, 3))
    centres = torch.randn(5, 4) * 2

    def draw(classes):
        return centres[classes] + 0.3 * torch.randn(len(classes), 4)

    def contrastive(x1, x2, same, margin=1.0):
        distance = F.pairwise_distance(x1, x2)
        return (same * distance.pow(2) + (1 - same) * torch.clamp(margin - distance, min=0.0).pow(2)).mean()

    triplet = nn.TripletMarginLoss(margin=4.0, p=2)
    optimizer = optim.SGD(embed.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    for step in range(20):
        first, second = torch.randint(5, (2, 16))
        a, b = embed(draw(first)), embed(draw(second))
        pairs = contrastive(a, b, (first == second).float())
        positive, negative = embed(draw(first)), embed(draw((first + 1) % 5))
        triplets = triplet(a, positive, negative)
        angles = F.cosine_embedding_loss(a, positive, torch.ones(16))
        loss = pairs + triplets + 0.5 * angles
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 5 == 4:
            show(f"{step} {loss.item():.4f} = {pairs.item():.4f} + {triplets.item():.4f} + 0.5 * {angles.item():.4f}")
    embed.eval()
    with torch.no_grad():
        classes = torch.arange(5).repeat_interleave(2)
        found = F.normalize(embed(draw(classes)), dim=1)
        likeness = found @ found.T
        likeness.fill_diagonal_(-1)
        show((classes[likeness.argmax(dim=1)] == classes).float().mean())
        show(torch.cdist(found[:2], found[2:4]).shape)


@program
def habits(show, fails):
    """What training loops do beside training: add up gradients, clip them, average weights, stop early, save and go on."""
    torch.manual_seed(2)
    x = torch.randn(48, 5)
    y = (x[:, :1] * 2 - x[:, 1:2] + 0.1 * torch.randn(48, 1)).tanh()
    train, val = slice(0, 32), slice(32, 48)
    model = nn.Sequential(nn.Linear(5, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
    average = copy.deepcopy(model)
    for p in average.parameters():
        p.requires_grad_(False)
    optimizer = optim.AdamW(model.parameters(), lr=0.02, amsgrad=True)
    plateau = optim.lr_scheduler.ReduceLROnPlateau(optimizer, patience=1, factor=0.5)
    best, best_state, patience = float("inf"), None, 0
    for epoch in range(12):
        model.train()
        optimizer.zero_grad()
        for k, (bx, by) in enumerate(zip(x[train].split(8), y[train].split(8))):
            loss = F.mse_loss(model(bx), by) / 2
            loss.backward()
            if k % 2 == 1:
                norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
                torch.nn.utils.clip_grad_value_(model.parameters(), 0.5)
                optimizer.step()
                optimizer.zero_grad()
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), model.parameters()):
                slow.mul_(0.9).add_(fast, alpha=0.1)
            for slow, fast in zip(average.buffers(), model.buffers()):
                slow.copy_(fast)
        model.eval()
        with torch.no_grad():
            loss = F.mse_loss(model(x[val]), y[val]).item()
        plateau.step(loss)
        if epoch % 3 == 2:
            show(f"{epoch} {loss:.4f} {norm:.4f} {optimizer.param_groups[0]['lr']}")
        if loss < best:
            best, best_state, patience = loss, copy.deepcopy(model.state_dict()), 0
        else:
            patience += 1
            if patience == 3:
                show(f"stopped at {epoch}")
                break
    model.load_state_dict(best_state)
    average.eval()
    with torch.no_grad():
        show(f"{best:.4f} {F.mse_loss(model(x[val]), y[val]).item():.4f} {F.mse_loss(average(x[val]), y[val]).item():.4f}")
    show(model[1].num_batches_tracked, model[1].running_mean[:3])

    checkpoint = io.BytesIO()
    torch.save({"epoch": 12, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, checkpoint)
    checkpoint.seek(0)
    loaded = torch.load(checkpoint)
    resumed = nn.Sequential(nn.Linear(5, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
    show(resumed.load_state_dict(loaded["model"]), loaded["epoch"])
    again = optim.AdamW(resumed.parameters(), lr=1.0)
    again.load_state_dict(loaded["optimizer"])
    show(again.param_groups[0]["lr"], again.state[resumed[0].weight]["step"])
    resumed.eval()
    show(torch.equal(resumed(x), model.eval()(x)))
    show(*list(loaded["model"])[:5])
    small = nn.Sequential(nn.Linear(5, 8), nn.LayerNorm(8))
    fails(lambda: small.load_state_dict(loaded["model"]))
    show(small.load_state_dict({"0.bias": torch.zeros(8), "extra": torch.zeros(1)}, strict=False))
