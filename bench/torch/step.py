"""The training step that `npm run bench` times, in PyTorch: same architecture, half of the Fourier plane, Adam.

Prints one JSON line for each size and precision: images a second (median and best round) and FLOP/s. A round is `--seconds`
of steps that are waited for at its end; images go to the device anew in each step, as in training. Shifts and CTF, which
the engines compute from parameters, are given. With --ask a round is done for each line read from standard input, so that
two programs can take turns.
Run: python3 bench/torch/step.py [--device cpu|cuda] [--box 32] [--dim 128] [--batch 8,16] [--precision float32,tf32,amp]
"""
import argparse
import json
import sys
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

    def features(self, rotations):
        # In float32 whatever the precision of the networks: phases of hundreds of radians.
        with torch.autocast(rotations.device.type, enabled=False):
            p = self.half_plane @ rotations
            flip = torch.where(p[..., 2:] > 0, -1.0, 1.0)
            phase = (p * flip) @ self.waves.T
            return flip[..., 0], [torch.sin(phase), torch.cos(phase)]

    def loss(self, images, rotations, ctf, noise, beta):
        batch = len(images)
        kl = images.new_zeros(())
        flip, parts = self.features(rotations)
        if self.encoder is not None:
            mu, log_variance = self.encoder(images * torch.sign(ctf)).float().split(self.zdim, 1)
            z = mu + noise * torch.exp(0.5 * log_variance)
            kl = -0.5 * (1 + log_variance - mu**2 - log_variance.exp()).sum(1).mean()
            parts.append(z[:, None].expand(batch, len(self.half_plane), self.zdim))
        out = self.decoder(torch.cat(parts, -1)).float()
        re, im = out[..., 0], out[..., 1] * flip
        predicted = torch.cat([re - im, torch.flip(re + im, [1])], 1)
        return ((ctf * predicted - images) ** 2).mean() + beta * kl / self.points

    def flops_of_image(self):
        def products(net, skip_first):
            sizes = [m.weight.numel() for m in net if isinstance(m, nn.Linear)]
            return sum(s * (2 if i == 0 and skip_first else 3) for i, s in enumerate(sizes))

        encoder = products(self.encoder, True) if self.encoder is not None else 0
        return 2 * (len(self.half_plane) * products(self.decoder, True) + encoder)


def grad_scaler(enabled):
    # Under its old name before torch 2.3.
    if hasattr(torch, "amp") and hasattr(torch.amp, "GradScaler"):
        return torch.amp.GradScaler("cuda", enabled=enabled)
    return torch.cuda.amp.GradScaler(enabled=enabled)


class Training:
    def __init__(self, options, box, dim, batch, precision):
        torch.manual_seed(0)
        cuda = options.device != "cpu"
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        self.options, self.amp = options, precision == "amp"
        # bfloat16 is what a CPU multiplies faster; a GPU's half is float16, with its loss scaled.
        self.half = torch.float16 if cuda else torch.bfloat16
        self.field = Field(box, dim, options.layers, options.zdim).to(options.device)
        self.optimizer = torch.optim.Adam(self.field.parameters(), lr=1e-4)
        self.scaler = grad_scaler(self.amp and cuda)
        rotations = torch.linalg.qr(torch.randn(batch, 3, 3))[0]
        shape = (batch, self.field.points)
        tensors = (torch.randn(shape), rotations, torch.randn(shape), torch.randn(batch, options.zdim))
        self.batch = [t.pin_memory() if cuda else t for t in tensors]

    def step(self):
        batch = [t.to(self.options.device, non_blocking=True) for t in self.batch]
        self.optimizer.zero_grad(set_to_none=True)
        with torch.autocast(batch[0].device.type, dtype=self.half, enabled=self.amp):
            loss = self.field.loss(*batch, 1 / max(1, self.options.zdim))
        self.scaler.scale(loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()

    def synchronize(self):
        if self.options.device != "cpu":
            torch.cuda.synchronize()

    def round(self, seconds):
        """Images a second. Steps are counted out beforehand, so that none is waited for alone."""
        start = time.perf_counter()
        self.step()
        self.synchronize()
        count = max(1, int(seconds / max(1e-4, time.perf_counter() - start)))
        start = time.perf_counter()
        for _ in range(count):
            self.step()
        self.synchronize()
        return count * len(self.batch[0]) / (time.perf_counter() - start)


def numbers(text):
    return [int(word) for word in text.split(",")]


def rounds(options):
    if not options.ask:
        yield from range(options.rounds)
    else:
        for line in sys.stdin:
            yield line


def measure(options, **size):
    try:
        training = Training(options, **size)
        training.round(options.seconds / 2)
        rates = []
        for _ in rounds(options):
            rates.append(training.round(options.seconds))
            if options.ask:
                print(json.dumps({"imagesPerSecond": rates[-1]}), flush=True)
        if options.ask:
            return
        rates.sort()
        median = rates[len(rates) // 2]
        flops = median * training.field.flops_of_image()
        report(options, **size, imagesPerSecond=median, best=rates[-1], flops=flops)
    except RuntimeError as error:
        report(options, **size, error=str(error).split("\n")[0])
    if options.device != "cpu":
        torch.cuda.empty_cache()


def report(options, **values):
    device = torch.cuda.get_device_name() if options.device != "cpu" else "cpu"
    about = {"torch": torch.__version__, "device": device, "threads": torch.get_num_threads()}
    print(json.dumps({**about, **values}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in [("box", "32"), ("dim", "128"), ("batch", "16")]:
        parser.add_argument(f"--{name}", type=numbers, default=numbers(default))
    for name, default in [("layers", 3), ("zdim", 8), ("rounds", 5), ("threads", 0)]:
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--precision", type=lambda text: text.split(","), default=["float32"])
    parser.add_argument("--ask", action="store_true")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    for box in options.box:
        for dim in options.dim:
            for batch in options.batch:
                for precision in options.precision:
                    measure(options, box=box, dim=dim, batch=batch, precision=precision)
