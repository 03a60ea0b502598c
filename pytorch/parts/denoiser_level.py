
    def forward(self, x, sigma):
        """Pictures (N, 3, H, W) without their noise, whose standard deviation is sigma: a number, or one for each."""
        sigma = torch.as_tensor(sigma, dtype=x.dtype, device=x.device).reshape(-1, 1, 1, 1)
        counted = sigma.clamp(min=LEAST)  # pictures are scaled so that their noise has the deviation LEVEL, and back
        y = self.look(x * (LEVEL / counted)) * (counted / LEVEL)
        share = (sigma / LEAST).clamp(0, 1) ** 2  # weaker noise takes a share of the change
        return (x + share * (y - x)).clamp(-0.5, 0.5)
