"""The variational autoencoder over images, from docs/CONVENTIONS.md, "Neural field", in PyTorch: training in float32, values in float64.

Parameters carry the names of cryoDRGN's state_dict, so that weights.N.pkl files go both ways.
"""
import math

import numpy as np
import torch
from torch import nn

import fourier


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.linear = nn.Linear(width, width)

    def forward(self, x):
        return x + self.linear(x)


class Chain(nn.Module):
    """Linear, ReLU, `layers` of (residual Linear, ReLU), Linear."""

    def __init__(self, inputs, width, layers, outputs):
        super().__init__()
        parts = [nn.Linear(inputs, width), nn.ReLU()]
        for _ in range(layers):
            parts += [Residual(width), nn.ReLU()]
        self.main = nn.Sequential(*parts, nn.Linear(width, outputs))

    def forward(self, x):
        return self.main(x)


class Decoder(nn.Module):
    """Features of a point, with z, to (Re, Im) or to one Hartley value."""

    def __init__(self, box, zdim, width, layers, domain):
        super().__init__()
        self.half_box = box // 2
        self.rand_freqs = nn.Parameter(0.5 * torch.randn(3 * (box // 2), 3), requires_grad=False)
        self.decoder = Chain(6 * (box // 2) + zdim, width, layers, 2 if domain == "fourier" else 1)

    def forward(self, points, z):
        """points: ... x 3 in [-1/2, 1/2]; z: ... x zdim."""
        angles = self.half_box * points @ self.rand_freqs.T
        return self.decoder(torch.cat([angles.sin(), angles.cos(), z], -1))


class Model(nn.Module):
    def __init__(self, box, zdim, width, layers, domain):
        super().__init__()
        self.lattice = fourier.Lattice(box)
        self.domain, self.zdim = domain, zdim
        self.encoder = Chain(len(self.lattice.points), width, layers, 2 * zdim)
        self.decoder = Decoder(box, zdim, width, layers, domain)

    def encode(self, images, ctf):
        """mu and log variance of centred images, N x P."""
        found = self.encoder(images * ctf.sign())
        return found[:, : self.zdim], found[:, self.zdim :]

    def hartley_at(self, points, z):
        """The field's Hartley values at any points, N x M x 3, for N latents."""
        z = z[:, None, :].expand(-1, points.shape[1], -1)
        if self.domain == "hartley":
            return self.decoder(points, z)[..., 0]
        x, y, depth = points.unbind(-1)
        # Asked on one half of space; the other is its complex conjugate.
        other = (depth > 0) | ((depth == 0) & ((y > 0) | ((y == 0) & (x > 0))))
        found = self.decoder(torch.where(other[..., None], -points, points), z)
        return found[..., 0] - torch.where(other, -1.0, 1.0).to(found.dtype) * found[..., 1]

    def predict(self, rotations, z):
        """Hartley values of the images seen at `rotations` (N x 3 x 3), N x P: the first half of the points, and its mirror."""
        plane = torch.tensor(np.c_[self.lattice.points, np.zeros(len(self.lattice.points))], dtype=z.dtype)
        points = plane @ rotations
        if self.domain == "hartley":
            return self.hartley_at(points, z)
        half = points[:, : points.shape[1] // 2]
        return torch.cat([self.hartley_at(half, z), self.hartley_at(-half, z).flip(1)], 1)

    def losses(self, data, rows, noise):
        """Squared error over the mask and KL, means over the images `rows`; noise: N x zdim."""
        mu, log_variance = self.encode(data["images"][rows], data["ctf"][rows])
        z = mu + noise * (0.5 * log_variance).exp()
        predicted = data["ctf"][rows] * self.predict(data["rotations"][rows], z)
        kl = -0.5 * (1 + log_variance - mu**2 - log_variance.exp()).sum(1).mean()
        return ((predicted - data["images"][rows]) ** 2).mean(), kl

    def total(self, losses, beta):
        return losses[0] + beta * losses[1] / len(self.lattice.points)

    def volume(self, z, deviation):
        """D^3 map for one z (zdim)."""
        box = self.lattice.box
        axis = np.linspace(-0.5, 0.5, box + 1)
        depth, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
        inside = np.rint((x**2 + y**2 + depth**2) * box**2) <= (box // 2) ** 2
        points = torch.tensor(np.stack([x[inside], y[inside], depth[inside]], 1)[None])
        values = np.zeros(x.shape)
        with torch.no_grad():
            values[inside] = self.hartley_at(points, torch.as_tensor(z)[None].double())[0].numpy()
        return fourier.inverse_hartley(values[:-1, :-1, :-1] * deviation)


def training_data(images, rotations, translations, ctf_rows, dtype, shift_pixels=None):
    """Tensors of the set, and the standard deviation. A shift is fraction x D pixels; cryoDRGN's own is fraction x (D+1)."""
    lattice = fourier.Lattice(images.shape[-1])
    values, deviation = fourier.preprocess(images)
    pixels = np.asarray(translations, np.float64) * (shift_pixels or lattice.box)
    tensor = lambda array: torch.tensor(np.ascontiguousarray(array), dtype=dtype)
    data = {
        "images": tensor(fourier.shift(values[:, lattice.mask], lattice, pixels)),
        "rotations": tensor(rotations),
        "ctf": tensor(fourier.ctf(ctf_rows, lattice.points)),
    }
    return data, deviation


def train(model, data, epochs, batch, rate, parameters):
    """Adam on shuffled batches; gives the optimizer."""
    optimizer = torch.optim.Adam(parameters, lr=rate)
    count, beta = len(data["images"]), 1 / model.zdim
    for epoch in range(epochs):
        order, sums = torch.randperm(count), [0.0, 0.0]
        for rows in order.split(batch):
            losses = model.losses(data, rows, torch.randn(len(rows), model.zdim))
            optimizer.zero_grad()
            model.total(losses, beta).backward()
            optimizer.step()
            sums = [s + loss.item() * len(rows) / count for s, loss in zip(sums, losses)]
        if epoch % 5 == 4 or epoch == epochs - 1:
            print(f"epoch {epoch + 1}: error {sums[0]:.4f}, KL {sums[1]:.2f}")
    if not math.isfinite(sums[0]):
        raise SystemExit("The training came apart.")
    return optimizer
