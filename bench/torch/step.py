"""The training step of bench/wasm-step.ts in PyTorch: same architecture, half of the Fourier plane, Adam, float32.

D = 32, 128x3 both, zdim 8, batch 16, 96 gaussian features unless said otherwise. Prints images/s and GFLOP/s.
Run: python3 bench/torch/step.py [--threads 1,2] [--device cpu|cuda] [--seconds 5] ...
"""
import argparse
import time

import torch
from torch import nn


class Residual(nn.Linear):
    def forward(self, x):
        return x + super().forward(x)


def network(inputs, width, layers, outputs):
    parts = [nn.Linear(inputs, width), nn.ReLU()]
    for _ in range(layers):
        parts += [Residual(width, width), nn.ReLU()]
    return nn.Sequential(*parts, nn.Linear(width, outputs))


class Field(nn.Module):
    def __init__(self, box, width, layers, zdim):
        super().__init__()
        axis = torch.linspace(-0.5, 0.5, box + 1)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        k = torch.round(torch.stack([x, y], -1) * box)
        inside = ((k**2).sum(-1) <= (box // 2) ** 2) & ((k**2).sum(-1) > 0)
        lattice = torch.stack([x[inside], y[inside], torch.zeros(int(inside.sum()))], -1)
        self.points = len(lattice)
        self.register_buffer("half_plane", lattice[: self.points // 2])
        self.register_buffer("waves", torch.randn(3 * box // 2, 3) * 0.5 * box / 2)
        self.zdim = zdim
        features = 2 * len(self.waves)
        self.encoder = network(self.points, width, layers, 2 * zdim) if zdim else None
        self.decoder = network(features + zdim, width, layers, 2)

    def loss(self, images, rotations, ctf, noise, beta):
        batch = len(images)
        kl = images.new_zeros(())
        p = self.half_plane @ rotations
        flip = torch.where(p[..., 2:] > 0, -1.0, 1.0)
        phase = (p * flip) @ self.waves.T
        parts = [torch.sin(phase), torch.cos(phase)]
        if self.encoder is not None:
            mu, log_variance = self.encoder(images * torch.sign(ctf)).split(self.zdim, 1)
            z = mu + noise * torch.exp(0.5 * log_variance)
            kl = -0.5 * (1 + log_variance - mu**2 - log_variance.exp()).sum(1).mean()
            parts.append(z[:, None].expand(batch, len(self.half_plane), self.zdim))
        out = self.decoder(torch.cat(parts, -1))
        re, im = out[..., 0], out[..., 1] * flip[..., 0]
        predicted = torch.cat([re - im, torch.flip(re + im, [1])], 1)
        return ((ctf * predicted - images) ** 2).mean() + beta * kl / self.points

    def flops_of_image(self):
        def products(net, skip_first):
            sizes = [m.weight.numel() for m in net if isinstance(m, nn.Linear)]
            return sum(s * (2 if i == 0 and skip_first else 3) for i, s in enumerate(sizes))

        encoder = products(self.encoder, True) if self.encoder is not None else 0
        return 2 * (len(self.half_plane) * products(self.decoder, True) + encoder)


def measure(options, threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    field = Field(options.box, options.dim, options.layers, options.zdim).to(options.device)
    optimizer = torch.optim.Adam(field.parameters(), lr=1e-4)
    shape = (options.batch, field.points)
    images, ctf = torch.randn(shape), torch.randn(shape)
    rotations = torch.linalg.qr(torch.randn(options.batch, 3, 3))[0]
    noise = torch.randn(options.batch, options.zdim)
    batch = [t.to(options.device) for t in (images, rotations, ctf, noise)]

    def step():
        optimizer.zero_grad()
        field.loss(*batch, 1 / max(1, options.zdim)).backward()
        optimizer.step()
        if options.device != "cpu":
            torch.cuda.synchronize()

    start = time.perf_counter()
    while time.perf_counter() - start < 1:
        step()
    rates = []
    start = time.perf_counter()
    while time.perf_counter() - start < options.seconds:
        before = time.perf_counter()
        step()
        rates.append(options.batch / (time.perf_counter() - before))
    rates.sort()
    median, best = rates[len(rates) // 2], rates[-1]
    giga = field.flops_of_image() / 1e9
    print(
        f"PyTorch {torch.__version__}, {options.device}, {threads} thread(s): {median:.0f} images/s median (best {best:.0f}), "
        f"{median * giga:.1f} GFLOP/s (best {best * giga:.1f})"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in [("box", 32), ("dim", 128), ("layers", 3), ("batch", 16), ("zdim", 8)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    for count in options.threads.split(","):
        measure(options, int(count))
